"""Results in words and figures, as HTML for the page; everything from clients is escaped."""

from __future__ import annotations

import base64
from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2

from lungseg.errors import InputError
from lungseg.report import facts
from lungseg.report.template import load_template
from lungseg.report.text import amount, percent
from lungseg.serve.slices import INFECTION, LUNGS, draw_slice

if TYPE_CHECKING:
    from lungseg.pipeline.prediction import Prediction

_QUALITY = 90


def label_html(prediction: Prediction) -> str:
    """Label, probabilities, the classes that cannot be ruled out, and every warning."""
    found = prediction.prediction_set
    possible = None if found is None else len(found)
    bars = facts.class_bars(prediction)
    sentence = facts.set_sentence(prediction)
    return _render("label", prediction, bars, sentence, possible) + _render(
        "warned", facts.warnings_of(prediction)
    )


def figures_html(prediction: Prediction) -> str:
    """How much of the lungs is infected, and what the scan is."""
    severity = prediction.severity
    table = "" if severity is None else _render("severity", severity)
    return table + _render("scan", facts.scan_facts(prediction))


def slice_html(prediction: Prediction, number: int, layers: Collection[str]) -> str:
    """One slice as a picture within the page, with the names of its outlines."""
    rgb = draw_slice(prediction, number, layers)
    options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    written = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), options)[1]
    uri = f"data:image/jpeg;base64,{base64.b64encode(bytes(written)).decode('ascii')}"
    shown = {True: LUNGS, False: INFECTION}
    legend = [
        (colour, name)
        for colour, name in facts.legend(prediction)
        if shown[name.endswith(("lung", "lungs"))] in layers
    ]
    return _render("slice", uri, number, len(prediction.scan.axial()), legend)


def downloads_html(token: str) -> str:
    """Links to what can be taken home."""
    return _render("downloads", token)


def problem_html(error: InputError) -> str:
    """Say why a scan cannot be used.

    Examples
    --------
    >>> "&lt;b&gt;" in problem_html(InputError("<b>", "the file is empty", "copy it again"))
    True
    """
    return _render("problem", error.cause, error.mend, error.source)


def _render(macro: str, *values: Any) -> str:
    """Render a part; what Gradio would take for a template of its own is made plain."""
    made = str(getattr(_template(), macro)(*values))
    return made.replace("{", "&#123;").replace("$", "&#36;")


@lru_cache(maxsize=1)
def _template() -> Any:
    filters = {"percent": percent, "amount": amount}
    return load_template("lungseg.serve", "result.html", **filters).module
