"""``lungseg mask``."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from lungseg.cli.options import Cluster, Resume


class MaskFormat(str, Enum):
    """Formats that masks are written in."""

    auto = "auto"
    nifti = "nifti"
    png = "png"
    dicom_seg = "dicom-seg"


class MaskEngine(str, Enum):
    """Engines that run the network."""

    auto = "auto"
    keras = "keras"
    onnx = "onnx"
    openvino = "openvino"


class MaskFallback(str, Enum):
    """What becomes of a doubtful mask."""

    keep = "keep"
    classical = "classical"
    none = "none"


_SUFFIXES = {
    MaskFormat.nifti: ".nii.gz",
    MaskFormat.png: ".png",
    MaskFormat.dicom_seg: ".dcm",
}


def mask(
    inputs: Annotated[
        list[str], typer.Argument(help="Files, folders of DICOM files, or a manifest (.csv).")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the masks.")],
    format: Annotated[
        MaskFormat, typer.Option(help="auto: PNG for a picture, NIfTI for the rest.")
    ] = MaskFormat.auto,
    infection: Annotated[
        bool, typer.Option("--infection", help="Write a mask of the infection of each, too.")
    ] = False,
    segmenter: Annotated[
        str | None,
        typer.Option(help="Name or folder of weights for the infection; implies --infection."),
    ] = None,
    overlay: Annotated[bool, typer.Option(help="Write an overlay PNG of each, too.")] = False,
    masker: Annotated[
        str | None, typer.Option(help="Name or folder of the weights; the default ones without.")
    ] = None,
    engine: Annotated[
        MaskEngine, typer.Option(help="What runs the network; auto: the fastest there is.")
    ] = MaskEngine.auto,
    fallback: Annotated[
        MaskFallback | None,
        typer.Option(help="What becomes of a doubtful mask; as the weights say without."),
    ] = None,
    cluster: Cluster = None,
    resume: Resume = False,
) -> None:
    """Write a mask of the lungs for each scan, in its own geometry."""
    from lungseg.cli.common import complain
    from lungseg.cli.many import batch, marker_of
    from lungseg.cli.table import write_table
    from lungseg.cluster.mask_job import MaskJob
    from lungseg.cluster.weights import Weights
    from lungseg.weights import default

    if format is MaskFormat.dicom_seg:
        from lungseg.io.dicom.segmentation import require_highdicom

        require_highdicom()
    kept = cluster is not None or resume
    out = out.absolute() if kept else out
    job = MaskJob(
        str(out),
        Weights.of(masker or default("masker")),
        Weights.of(segmenter or default("infection")) if infection or segmenter else None,
        engine=engine.value,
        fallback=None if fallback is None else fallback.value,
        suffix=_SUFFIXES.get(format),
        overlay=overlay,
        marker=marker_of(out, cluster),
    )
    out.mkdir(parents=True, exist_ok=True)
    with batch(job, inputs, out=out, cluster=cluster, resume=resume) as todo:
        for outcome in todo.outcomes("mask"):
            if outcome.error is None:
                print(f"{outcome.key}: {_line(outcome.value)}")
                for warning in outcome.value["warnings"]:
                    complain(f"warning: {outcome.key}: {warning}")
        if todo.log is not None:
            rows = ({**(r["value"] or {}), **r, "file": r["key"]} for r in todo.log.records())
            columns = ["file", "mask", "confidence", "infected", "warnings", "error"]
            write_table(out / "masks.csv", columns, rows)
        if any(record["error"] is not None for record in todo.records()):
            raise typer.Exit(1)


def _line(result: dict[str, Any]) -> str:
    share = result["infected"]
    shown = "" if share is None else f", {100 * share:.1f} % infected"
    return f"{result['mask']} (confidence {result['confidence']:.2f}{shown})"
