"""``lungseg report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lungseg.cli.options import PipelineWeights


def report(
    inputs: Annotated[list[str], typer.Argument(help="Files, or folders of DICOM files.")],
    out: Annotated[Path, typer.Option(help="Folder; a folder for each input is made in it.")],
    pipeline: PipelineWeights = None,
    heatmap: Annotated[bool, typer.Option(help="Compute Grad-CAM.")] = True,
    infection: Annotated[bool, typer.Option(help="Mark the infection, too.")] = True,
    dicom_seg: Annotated[
        bool, typer.Option("--dicom-seg", help="Write the masks as DICOM segmentations, too.")
    ] = False,
) -> None:
    """Write a report on each scan that opens offline, beside its masks and result.json."""
    from lungseg.cli.common import complain, output_names, progress, with_infection
    from lungseg.errors import InputError
    from lungseg.pipeline.pipeline import Pipeline
    from lungseg.report.complete import complete

    if dicom_seg:
        from lungseg.io.dicom.segmentation import require_highdicom

        require_highdicom()
    loaded = with_infection(Pipeline.from_pretrained(pipeline), infection)
    failed = 0
    outcomes = progress(loaded.iterate(inputs, on_error="return"), len(inputs), "report")
    for path, name, outcome in zip(inputs, output_names(inputs), outcomes, strict=True):
        try:
            if isinstance(outcome, InputError):
                raise outcome
            whole = complete(outcome, loaded, heatmap=heatmap)
            folder = whole.save(out / name, dicom_seg=dicom_seg)
        except InputError as error:
            complain(f"error: {error}")
            failed += 1
            continue
        print(f"{path}: {folder / 'report.html'}")
        for warning in whole.warnings:
            complain(f"warning: {path}: {warning}")
    if failed:
        raise typer.Exit(1)
