"""``lungseg mask``."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


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
    inputs: Annotated[list[str], typer.Argument(help="Files, or folders of DICOM files.")],
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
) -> None:
    """Write a mask of the lungs for each scan, in its own geometry."""
    from lungseg.cli.common import complain, output_names, progress
    from lungseg.errors import InputError
    from lungseg.infection import InfectionSegmenter
    from lungseg.masker import LungMasker
    from lungseg.pipeline.prediction import suffix_of
    from lungseg.report.overlay import montage, save_png

    if format is MaskFormat.dicom_seg:
        from lungseg.io.dicom.segmentation import require_highdicom

        require_highdicom()
    loaded = LungMasker.from_pretrained(masker).set_params(engine=engine.value)
    if fallback is not None:
        loaded.set_params(fallback=fallback.value)
    marker = InfectionSegmenter.from_pretrained(segmenter) if infection or segmenter else None
    out.mkdir(parents=True, exist_ok=True)
    failed = 0
    names = output_names(inputs)
    for path, name in progress(zip(inputs, names, strict=True), len(inputs), "mask"):
        try:
            item = loaded.transform([path])[0]
            suffix = _SUFFIXES.get(format) or suffix_of(item.mask)
            written = item.mask.save(out / f"{name}_mask{suffix}")
            ill = None if marker is None else marker.predict([item])[0]
            if ill is not None:
                ill.save(out / f"{name}_infection{suffix}")
        except InputError as error:
            complain(f"error: {error}")
            failed += 1
            continue
        if overlay:
            save_png(montage(item.scan, item.mask, ill), out / f"{name}_overlay.png")
        share = "" if ill is None else f", {100 * ill.share:.1f} % infected"
        print(f"{path}: {written} (confidence {item.mask.confidence:.2f}{share})")
        for warning in (*item.scan.warnings, *item.mask.warnings):
            complain(f"warning: {path}: {warning}")
    if failed:
        raise typer.Exit(1)
