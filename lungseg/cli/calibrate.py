"""``lungseg calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def calibrate(
    manifest: Annotated[Path, typer.Argument(help="CSV: file,label,patient[,split].")],
    out: Annotated[Path, typer.Option(help="Folder for the calibrated pipeline.")],
    pipeline: Annotated[
        str | None, typer.Option(help="Name or folder of the weights; the default ones without.")
    ] = None,
    split: Annotated[str, typer.Option(help="train, val, test or all.")] = "all",
    label_column: Annotated[str, typer.Option(help="Column that holds the label.")] = "label",
    cache: Annotated[
        Path | None, typer.Option(help="Folder for masks, so that none is made twice.")
    ] = None,
) -> None:
    """Fit temperature, threshold and prediction sets to labelled scans; train nothing.

    A new hospital's probabilities mean what they say after this, with some fifty scans that
    training has not seen.
    """
    from lungseg.cli.common import use_cache
    from lungseg.manifest import read_manifest
    from lungseg.pipeline.pipeline import Pipeline

    rows = read_manifest(manifest, label=label_column)
    chosen = rows if split == "all" else rows.split(split)
    loaded = use_cache(Pipeline.from_pretrained(pipeline), cache)
    loaded.calibrate(chosen.files, chosen.labels)
    classifier = loaded.classifier_
    loaded.save(out)
    print(f"temperature {classifier.temperature_:.3f}, threshold {classifier.threshold_:.3f}")
    print(f"written to {out}")
