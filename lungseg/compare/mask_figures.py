"""Figures of each mask that a segmenter makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from lungseg.manifest import Manifest


def mask_figures(estimator: Any, test: Manifest) -> dict[str, list[float]]:
    """Mark the scans of a manifest, and measure each mask for itself.

    Parameters
    ----------
    estimator : InfectionSegmenter or LungMasker
    test : Manifest
        With masks.

    Returns
    -------
    dict of str to list of float
        Dice, IoU, precision and recall of each scan; 1 where nothing is there and nothing
        was marked.
    """
    figures: dict[str, list[float]] = {}
    for found, truth in _pairs(estimator, test):
        for name, value in overlap_figures(found, truth).items():
            figures.setdefault(name, []).append(round(value, 6))
    return figures


def overlap_figures(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> dict[str, float]:
    """Measure how far two masks overlap.

    Parameters
    ----------
    found, truth : bool arrays of one shape

    Returns
    -------
    dict of str to float

    Examples
    --------
    >>> overlap_figures(np.array([True, True, False]), np.array([True, False, False]))["dice"]
    0.6666666666666666
    """
    both = int(np.count_nonzero(found & truth))
    marked, ill = int(np.count_nonzero(found)), int(np.count_nonzero(truth))
    return {
        "dice": _ratio(2 * both, marked + ill),
        "iou": _ratio(both, marked + ill - both),
        "precision": _ratio(both, marked, empty=float(ill == 0)),
        "recall": _ratio(both, ill, empty=1.0),
    }


def _ratio(part: int, whole: int, *, empty: float = 1.0) -> float:
    return part / whole if whole else empty


def _pairs(estimator: Any, test: Manifest) -> Any:
    """Yield what was marked and what is true of each scan."""
    from lungseg.infection import InfectionSegmenter
    from lungseg.io.infection_labels import read_infection
    from lungseg.io.masks import read_mask
    from lungseg.io.reader import as_scan

    for file, mask in zip(test.files, test.masks, strict=True):
        scan = as_scan(file)
        (found,) = estimator.predict([scan])
        if isinstance(estimator, InfectionSegmenter):
            yield found.infection, read_infection(mask, scan).infection > 127
        else:
            yield found.lungs, np.asarray(read_mask(mask, scan), bool)
