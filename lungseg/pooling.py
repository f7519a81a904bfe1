"""One probability for a scan from those of its slices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float64]


def pool_slices(probabilities: Probabilities, rule: str) -> Probabilities:
    """Pool the probabilities of slices.

    Parameters
    ----------
    probabilities : float array of shape (slices, classes)
    rule : {"mean", "max", "top"}
        "mean" of all slices; "max": the slice least like the first class decides; "top":
        the mean over the third of the slices least like the first class.

    Returns
    -------
    float array of shape (classes,)
        Sums to 1.

    Examples
    --------
    >>> slices = np.array([[0.9, 0.1], [0.5, 0.5]])
    >>> pool_slices(slices, "mean").tolist(), pool_slices(slices, "max").tolist()
    ([0.7, 0.3], [0.5, 0.5])
    """
    return RULES[rule](probabilities)


def _mean(probabilities: Probabilities) -> Probabilities:
    return np.asarray(probabilities.mean(axis=0))


def _max(probabilities: Probabilities) -> Probabilities:
    return np.asarray(probabilities[np.argmin(probabilities[:, 0])])


def _top(probabilities: Probabilities) -> Probabilities:
    count = -(-len(probabilities) // 3)
    return _mean(probabilities[np.argsort(probabilities[:, 0])[:count]])


RULES: dict[str, Callable[[Probabilities], Probabilities]] = {
    "mean": _mean,
    "max": _max,
    "top": _top,
}
