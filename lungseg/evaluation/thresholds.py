"""A threshold for a stated aim."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Aim = str | tuple[str, float]


def choose_threshold(y_true: ArrayLike, scores: ArrayLike, aim: Aim = "youden") -> float:
    """Choose the threshold that serves an aim best; on validation data, never on a test.

    Parameters
    ----------
    y_true : array of shape (n,)
        1 for the positive class, 0 for the other.
    scores : array of shape (n,)
        Probability of the positive class.
    aim : {"youden", "f1"} or ("sensitivity", s)
        Sensitivity + specificity; F1; or the highest threshold whose sensitivity is s or
        more, between 0 and 1.

    Returns
    -------
    float
        Half-way between two neighbouring scores, so that no score lies on it; the lowest
        score where only that finds enough.

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
    >>> choose_threshold([0, 1, 0, 1], [0.1, 0.25, 0.75, 0.9], aim=("sensitivity", 0.95))
    0.175
    """
    least = _least_sensitivity(aim)
    truth, values = np.asarray(y_true, bool), np.asarray(scores, float)
    if truth.all() or not truth.any():
        raise ValueError("a threshold needs samples of both classes")
    steps = np.unique(values)
    candidates = (steps[:-1] + steps[1:]) / 2 if len(steps) > 1 else steps
    if least is not None:
        enough = [c for c in candidates if (values[truth] >= c).mean() >= least]
        return float(max(enough, default=steps[0]))
    gains = [_AIMS[str(aim)](truth, values >= candidate) for candidate in candidates]
    return float(candidates[int(np.argmax(gains))])


def _least_sensitivity(aim: Aim) -> float | None:
    """Check the aim; return the sensitivity it asks for, if it does."""
    if isinstance(aim, str) and aim in _AIMS:
        return None
    if isinstance(aim, tuple) and len(aim) == 2 and aim[0] == "sensitivity" and 0 < aim[1] <= 1:
        return float(aim[1])
    raise ValueError(
        f"aim must be one of {', '.join(map(repr, _AIMS))} or ('sensitivity', s), got {aim!r}"
    )


def _youden(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    return float(found[truth].mean() - found[~truth].mean())


def _f1(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    return float(2 * (truth & found).sum() / (truth.sum() + found.sum()))


_AIMS = {"youden": _youden, "f1": _f1}
