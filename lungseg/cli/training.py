"""What the training commands share."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lungseg.manifest import Manifest
    from lungseg.pipeline.pipeline import Pipeline

LICENCE = "Research use, following the licence of the data it was trained on."

#: Of every pipeline that a command makes.
PIPELINE_LIMITS = (
    "Trained on one data set only: other hospitals, scanners and windows will give other figures. "
    "It tells its classes apart and knows no other disease."
)


def checkpoint_folder(out: Path, resume: bool) -> Path:
    """Folder beside ``out`` for the state of a training; emptied unless it is resumed."""
    folder = out.with_name(out.name + ".checkpoint")
    if not resume:
        shutil.rmtree(folder, ignore_errors=True)
    return folder


def three_splits(
    manifest: Manifest, *, test: float, validation: float, seed: int
) -> tuple[Manifest, Manifest, Manifest]:
    """Train, validation and test rows: the manifest's own, else drawn by patient."""
    if any(row.split for row in manifest.rows):
        return manifest.split("train"), manifest.split("val"), manifest.split("test")
    rest, held = _split(manifest, test, seed)
    train, val = _split(rest, validation, seed)
    return train, val, held


def _split(manifest: Manifest, fraction: float, seed: int) -> tuple[Manifest, Manifest]:
    """By patient, and by class as well where there are labels."""
    from lungseg.evaluation.splits import grouped_split
    from lungseg.training.hold_out import hold_out

    if all(manifest.labels):
        keep, aside = grouped_split(manifest.labels, manifest.patients, fraction, seed)
        return manifest.take(keep.tolist()), manifest.take(aside.tolist())
    kept, left = hold_out(manifest.patients, fraction, seed)
    return manifest.take(kept), manifest.take(left)


def describe(parts: dict[str, Manifest]) -> str:
    """One sentence with the numbers of scans and patients of each split."""
    shown = [
        f"{name} {len(part)} scans of {len(set(part.patients))} patients"
        for name, part in parts.items()
        if len(part)
    ]
    return "; ".join(shown) + ". No patient is on two sides."


def training_facts(estimator: Any, history: list[dict[str, float]], parts: int) -> dict[str, Any]:
    """Facts for the card: parameters, epochs, versions."""
    from lungseg.artifact import versions

    left_out = ("checkpoint", "verbose")
    params = {k: v for k, v in estimator.get_params().items() if k not in left_out}
    return {
        "parameters": ", ".join(f"{k}={v}" for k, v in params.items()),
        "epochs run": len(history),
        "network parameters": f"{parts:,}",
        "versions": ", ".join(f"{k} {v}" for k, v in versions().items()),
    }


def figures_of(pipeline: Pipeline, part: Manifest) -> dict[str, Any]:
    """Figures of a card; empty for no scans."""
    from lungseg.evaluation.measure import measure_pipeline

    if not len(part):
        return {}
    figures: dict[str, Any] = measure_pipeline(pipeline, part)["figures"]
    return figures


def purpose_of(pipeline: Pipeline) -> str:
    """First lines of a card."""
    names = ", ".join(map(str, pipeline.classes_))
    masker = "none" if isinstance(pipeline.masker_, str) else pipeline.masker_.network
    before = "".join(f"{transform}; " for transform in pipeline.preprocess_)
    return (
        f"Classifies chest CT: {names}. Masker: {masker}; {before and 'preprocessing: '}{before}"
        f"ROI: {pipeline.roi_}; classifier: {pipeline.classifier_.network}."
    )
