"""An interval of the infected area, from a segmenter's own probabilities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

#: Probabilities are cut here: a logit has no end.
_EDGE = 1e-4


def fit_spread(
    pairs: Iterable[tuple[ArrayLike, ArrayLike]], threshold: float, *, coverage: float = 0.9
) -> float | None:
    """Learn how far the threshold must be moved for the areas to hold the truth.

    For each scan there is a threshold at which as much is marked as is infected. How far
    it lies from the one in use, in logits, is the score of a split conformal prediction.
    The area of another scan then lies between those at the two thresholds that are so far
    off, as often as promised.

    Parameters
    ----------
    pairs : iterable of (truth, probability)
        Of scans that training has not seen; as in `threshold_curve`.
    threshold : float
        In use.
    coverage : float
        How often the interval is to hold the truth.

    Returns
    -------
    float or None
        In logits; None for too few scans to promise anything.

    References
    ----------
    Angelopoulos and Bates, "Conformal Prediction: A Gentle Introduction", 2023.

    Examples
    --------
    >>> one = ([1, 1, 0, 0], [0.9, 0.4, 0.3, 0.1])
    >>> round(fit_spread([one] * 10, 0.5), 2)
    0.41
    """
    scores = sorted(_distance(np.asarray(t), np.asarray(p), threshold) for t, p in pairs)
    rank = int(np.ceil((len(scores) + 1) * coverage))
    return None if rank > len(scores) else scores[rank - 1]


def area_bounds(probability: NDArray[Any], threshold: float, spread: float) -> tuple[int, int]:
    """Count the voxels that are infected at the least and at the most.

    Parameters
    ----------
    probability : array
    threshold, spread : float
        As in `fit_spread`.

    Returns
    -------
    least, most : int

    Examples
    --------
    >>> area_bounds(np.array([0.9, 0.4, 0.3, 0.1]), 0.5, 1.0)
    (1, 3)
    """
    high, low = expit(logit(threshold) + spread), expit(logit(threshold) - spread)
    return int((probability >= high).sum()), int((probability >= low).sum())


def _distance(truth: NDArray[Any], probability: NDArray[Any], threshold: float) -> float:
    count = int(np.count_nonzero(truth))
    flat = np.sort(probability.ravel())[::-1]
    if count == int((flat >= threshold).sum()):
        return 0.0
    # The last that is to be marked; with none, what must stay below.
    level = flat[count - 1] if count else flat[0]
    return float(abs(logit(np.clip(level, _EDGE, 1 - _EDGE)) - logit(threshold)))
