"""A threshold for a stated aim."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def choose_threshold(y_true: ArrayLike, scores: ArrayLike, aim: str = "youden") -> float:
    """Choose the threshold that serves an aim best; on validation data, never on a test.

    Parameters
    ----------
    y_true : array of shape (n,)
        1 for the positive class, 0 for the other.
    scores : array of shape (n,)
        Probability of the positive class.
    aim : {"youden", "f1"}
        Sensitivity + specificity, or F1.

    Returns
    -------
    float
        Half-way between two neighbouring scores, so that no score lies on it.

    Raises
    ------
    ValueError
        If the aim is not known or one class is missing.

    References
    ----------
    Youden, "Index for rating diagnostic tests", Cancer 1950.

    Examples
    --------
    >>> choose_threshold([0, 0, 1, 1], [0.1, 0.25, 0.75, 0.9])
    0.5
    """
    if aim not in _AIMS:
        raise ValueError(f"aim must be one of {', '.join(map(repr, _AIMS))}, got {aim!r}")
    truth, values = np.asarray(y_true, bool), np.asarray(scores, float)
    if truth.all() or not truth.any():
        raise ValueError("a threshold needs samples of both classes")
    steps = np.unique(values)
    candidates = (steps[:-1] + steps[1:]) / 2 if len(steps) > 1 else steps
    gains = [_AIMS[aim](truth, values >= candidate) for candidate in candidates]
    return float(candidates[int(np.argmax(gains))])


def _youden(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    return float(found[truth].mean() - found[~truth].mean())


def _f1(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    return float(2 * (truth & found).sum() / (truth.sum() + found.sum()))


_AIMS = {"youden": _youden, "f1": _f1}
