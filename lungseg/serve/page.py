"""The page: a scan in, an answer out, on a desk or a phone."""

from __future__ import annotations

from typing import Any

import gradio as gr

from lungseg.errors import InputError
from lungseg.serve.admission import Admission
from lungseg.serve.analysis import analyse
from lungseg.serve.file_field import make_file_field
from lungseg.serve.results import Results
from lungseg.serve.service import Service, Task
from lungseg.serve.show import (
    downloads_html,
    figures_html,
    label_html,
    problem_html,
    slice_html,
)
from lungseg.serve.slices import HEAT, INFECTION, LUNGS, first_slice
from lungseg.serve.uploads import Upload, Uploads

_NOTICE = (
    '<div class="ls-notice" role="note"><strong>Not a medical device.</strong> For research: no '
    "diagnosis and no treatment may rest on it.</div>"
    '<div class="ls-head"><h1>lungseg</h1><span class="ls-soft">chest CT: lungs, infection, '
    "label</span></div>"
)
_INTRO = (
    '<div class="ls-card"><h2>How it goes</h2><ol><li>Drop a scan: a picture (PNG, JPEG, TIFF), '
    "NIfTI, NRRD, a DICOM file, or a zip of a DICOM series.</li><li>The lungs are found, the "
    "infection in them is marked, and the scan is classified. A slice takes a second or two, a "
    "volume minutes.</li><li>Look at the slices with the outlines, read the warnings, and take "
    "the masks and the report home.</li></ol><p class='ls-small ls-soft'>The file goes to this "
    "server and nowhere else, and is removed from it once it is answered. What is shown is kept "
    "in memory for half an hour.</p></div>"
)


def make_page(
    service: Service, uploads: Uploads, results: Results, admission: Admission
) -> gr.Blocks:
    """Make the page.

    Parameters
    ----------
    service : Service
    uploads : Uploads
    results : Results
        Keeps what is shown.
    admission : Admission

    Returns
    -------
    gradio.Blocks
        To be mounted.
    """
    with gr.Blocks(title="lungseg", analytics_enabled=False) as blocks:
        token = gr.State("")
        gr.HTML(_NOTICE)
        with gr.Row():
            with gr.Column(scale=5, min_width=320):
                file = make_file_field(
                    label="Picture, NIfTI, NRRD, DICOM, or zip",
                    height=175,
                    elem_id="ls-file",
                )
                example = gr.Button("Example: a phantom", elem_id="ls-example")
                status = gr.HTML(elem_id="ls-status", min_height=20)
                label = gr.HTML(visible=False)
                downloads = gr.HTML(visible=False)
            with gr.Column(scale=7, min_width=320):
                intro = gr.HTML(_INTRO)
                with gr.Group(visible=False) as viewer:
                    picture = gr.HTML(elem_id="ls-picture")
                    number = gr.Slider(0, 1, 0, step=1, label="Slice", elem_id="ls-number")
                    layers = gr.CheckboxGroup(
                        [LUNGS, INFECTION, HEAT],
                        value=[LUNGS, INFECTION],
                        label="Show",
                        elem_id="ls-layers",
                    )
                figures = gr.HTML(visible=False)
    outputs = [token, status, label, downloads, intro, viewer, picture, number, figures]

    async def answer(task: Task, shown: list[str], progress: Any) -> list[Any]:
        try:
            found = await analyse(task, service, admission, lambda *what: progress(*what))
            return _answer(results.put(found), found, shown)
        except InputError as error:
            return _refusal(error)

    async def take(
        given: str,
        shown: list[str],
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio looks for it there
    ) -> list[Any]:
        upload: Upload | None = None
        try:
            upload = uploads.take(given)
            return await answer(Task(upload, "page", infection=True), shown, progress)
        except InputError as error:
            return _refusal(error)
        finally:
            if upload is not None:
                upload.discard()

    async def try_example(
        shown: list[str],
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio looks for it there
    ) -> list[Any]:
        return [None, *await answer(Task(_phantom(), "page", infection=True), shown, progress)]

    def look(key: str, place: float, shown: list[str]) -> Any:
        try:
            return slice_html(results.get(key), int(place), shown)
        except InputError as error:
            return problem_html(error)

    watched: dict[str, Any] = {"show_progress_on": status, "api_visibility": "private"}
    many: dict[str, Any] = {"concurrency_limit": admission.places}
    with blocks:
        file.upload(take, [file, layers], outputs, **watched, **many)
        example.click(try_example, [layers], [file, *outputs], **watched, **many)
        for event in (number.change, layers.change):
            event(
                look,
                [token, number, layers],
                picture,
                show_progress="hidden",
                trigger_mode="always_last",
                api_visibility="private",
                concurrency_limit=4,
            )
    blocks.queue(max_size=4 * admission.places)
    return blocks


def _phantom() -> Any:
    from dataclasses import replace

    import lungseg

    scan = lungseg.phantom(slices=12, size=256, opacities=6, seed=3)
    return replace(scan, source="phantom")


def _answer(token: str, found: Any, shown: list[str]) -> list[Any]:
    count, first = len(found.scan.axial()), first_slice(found)
    slider = gr.update(value=first, maximum=max(1, count - 1), visible=count > 1)
    return [
        token,
        "",
        gr.update(value=label_html(found), visible=True),
        gr.update(value=downloads_html(token), visible=True),
        gr.update(visible=False),
        gr.update(visible=True),
        slice_html(found, first, shown),
        slider,
        gr.update(value=figures_html(found), visible=True),
    ]


def _refusal(error: InputError) -> list[Any]:
    hidden = gr.update(visible=False)
    return ["", problem_html(error), hidden, hidden, gr.update(visible=True), hidden, "",
            gr.update(), hidden]  # fmt: skip
