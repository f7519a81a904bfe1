"""The threshold from which a pixel is marked, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: Thresholds that are tried.
GRID = np.round(np.arange(0.02, 0.99, 0.02), 2)


@dataclass(frozen=True, eq=False)
class ThresholdCurve:
    """Figures of masks at each threshold, the mean over scans.

    Parameters
    ----------
    thresholds, dice, iou, precision, recall : float arrays of shape (thresholds,)
        A scan without infection has a Dice of 1 where nothing is marked, else 0; it has
        no recall, and without marks no precision.
    """

    thresholds: Floats
    dice: Floats
    iou: Floats
    precision: Floats
    recall: Floats

    def best(self, aim: Literal["dice", "iou"] = "dice") -> float:
        """Threshold of the highest Dice or intersection over union.

        The middle of all that come within .002 of it: a peak of noise is no aim.
        """
        values: Floats = getattr(self, aim)
        near = self.thresholds[values >= values.max() - 0.002]
        return float(near[len(near) // 2])

    def to_dict(self) -> dict[str, Any]:
        """Return the arrays as lists."""
        return {
            name: np.round(getattr(self, name), 4).tolist()
            for name in ("thresholds", "dice", "iou", "precision", "recall")
        }


def threshold_curve(
    pairs: Iterable[tuple[ArrayLike, ArrayLike]], thresholds: Floats = GRID
) -> ThresholdCurve:
    """Measure masks at many thresholds in one pass over the scans.

    Parameters
    ----------
    pairs : iterable of (truth, probability)
        Arrays of one shape each: whatever is not 0 is infected, and 0…1. One pair is in
        memory at a time.
    thresholds : float array
        Rising.

    Returns
    -------
    ThresholdCurve

    Raises
    ------
    ValueError
        If there are no pairs.

    Examples
    --------
    >>> curve = threshold_curve([([1, 1, 0, 0], [0.9, 0.4, 0.3, 0.1])])
    >>> round(curve.best(), 2), float(curve.dice.max())
    (0.36, 1.0)
    """
    rows = [_counts(truth, probability, thresholds) for truth, probability in pairs]
    if not rows:
        raise ValueError("a threshold needs at least one mask to be chosen by")
    overlap, marked, infected = (np.array(column, float) for column in zip(*rows, strict=True))
    infected = infected[:, None] * np.ones_like(marked)
    with np.errstate(divide="ignore", invalid="ignore"):
        dice = np.where(marked + infected > 0, 2 * overlap / (marked + infected), 1.0)
        precision, recall = overlap / marked, overlap / infected
    return ThresholdCurve(
        thresholds,
        dice.mean(axis=0),
        (dice / (2 - dice)).mean(axis=0),
        _mean_known(precision),
        _mean_known(recall),
    )


def _counts(
    truth: ArrayLike, probability: ArrayLike, thresholds: Floats
) -> tuple[NDArray[Any], NDArray[Any], int]:
    """Voxels above each threshold: that are infected, all, and the infected ones."""
    ill = np.asarray(truth).ravel() != 0
    # The bin of a voxel is the number of thresholds that it reaches.
    bins = np.searchsorted(thresholds, np.asarray(probability).ravel(), side="right")
    size = len(thresholds) + 1
    above = np.bincount(bins, minlength=size)[::-1].cumsum()[::-1][1:]
    right = np.bincount(bins[ill], minlength=size)[::-1].cumsum()[::-1][1:]
    return right, above, int(ill.sum())


def _mean_known(values: Floats) -> Floats:
    known = np.isfinite(values)
    return np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
