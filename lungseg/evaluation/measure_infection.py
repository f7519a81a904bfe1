"""Figures of infection masks against the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lungseg.evaluation.area_interval import area_bounds
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.pixel_thresholds import threshold_curve

if TYPE_CHECKING:
    from lungseg.infection import InfectionSegmenter
    from lungseg.manifest import Manifest

Found = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]


def measure_infection(
    found: Sequence[Found], groups: Sequence[Any], *, threshold: float, spread: float | None
) -> dict[str, dict[str, Any]]:
    """Measure probabilities of infection, each scan for itself.

    Parameters
    ----------
    found : sequence of (truth, probability, lungs)
        Arrays of one shape each; whatever is not 0 is infected, 0…1, and lung.
    groups : sequence
        Patient of each scan.
    threshold : float
    spread : float or None
        See `fit_spread`.

    Returns
    -------
    dict of str to dict
        Figure → value, low, high, n and patients. The infected share is that of the lungs
        and the infection together, as `InfectionMask.share` has it.

    Examples
    --------
    >>> truth, lungs = np.array([1, 1, 0, 0]), np.ones(4)
    >>> figures = measure_infection([(truth, truth * 0.9, lungs)], ["a"], threshold=0.5, spread=1)
    >>> figures["mean Dice"]["value"], figures["error of the infected share"]["value"]
    (1.0, 0.0)
    """
    rows: dict[str, list[float]] = {}
    for truth, probability, lungs in found:
        for name, value in _one(truth, probability, lungs, threshold, spread).items():
            rows.setdefault(name, []).append(value)
    return {
        name: bootstrap_estimate(_mean, groups, values).to_dict() for name, values in rows.items()
    }


def measure_segmenter(segmenter: InfectionSegmenter, part: Manifest) -> dict[str, dict[str, Any]]:
    """Mark the scans of a manifest, in the default lungs, and measure how right that is.

    Parameters
    ----------
    segmenter : InfectionSegmenter
    part : Manifest
        With masks; its scans must not have been seen in training.

    Returns
    -------
    dict of str to dict
        As `measure_infection` returns it.
    """
    from lungseg.masker import LungMasker

    items = LungMasker.from_pretrained().transform(part.files)
    pairs = segmenter.probability_pairs(items, part.masks)
    found = [(*pair, item.mask.voxels) for item, pair in zip(items, pairs, strict=True)]
    return measure_infection(
        found, part.patients, threshold=segmenter.threshold_, spread=segmenter.spread_
    )


def _mean(values: NDArray[Any]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _one(
    truth: NDArray[Any],
    probability: NDArray[Any],
    lungs: NDArray[Any],
    threshold: float,
    spread: float | None,
) -> dict[str, float]:
    ill, marked = truth != 0, probability >= threshold
    curve = threshold_curve([(ill, probability)], np.array([threshold]))
    every = threshold_curve([(ill, probability)], np.arange(256) / 255)
    figures = {
        "mean Dice": curve.dice[0],
        "mean IoU": curve.iou[0],
        "precision": curve.precision[0] if marked.any() else np.nan,
        "recall": curve.recall[0] if ill.any() else np.nan,
        # As Inf-Net's evaluation has it: over 256 thresholds.
        "mean Dice over thresholds": every.dice.mean(),
        "error of the infected share": abs(_share(marked, lungs) - _share(ill, lungs)),
    }
    if spread is not None:
        least, most = area_bounds(probability, threshold, spread)
        figures["interval holds the area"] = float(least <= ill.sum() <= most)
    return {name: float(value) for name, value in figures.items()}


def _share(ill: NDArray[np.bool_], lungs: NDArray[Any]) -> float:
    return int(ill.sum()) / max(1, int(np.count_nonzero((lungs != 0) | ill)))
