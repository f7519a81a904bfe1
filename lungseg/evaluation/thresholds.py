"""A threshold for a stated aim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Aim = str | tuple[str, float]


def choose_threshold(
    y_true: ArrayLike, scores: ArrayLike, aim: Aim = "youden", *, repeats: int = 0, seed: int = 0
) -> float:
    """Choose the threshold that serves an aim best; on validation data, never on a test.

    Parameters
    ----------
    y_true : array of shape (n,)
        1 for the positive class, 0 for the other.
    scores : array of shape (n,)
        Probability of the positive class.
    aim : {"youden", "f1"}, ("sensitivity", s) or ("cost", c)
        Sensitivity + specificity; F1; the highest threshold whose sensitivity is s or
        more, between 0 and 1; or the least cost, where to miss a positive costs c times
        as much as a false alarm.
    repeats : int
        Take the median over as many bootstrap samples: the one best threshold of a small
        sample hangs on a few of its scores. 0 takes the sample itself.
    seed : int

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
    Youden, "Index for rating diagnostic tests", Cancer 1950. Breiman, "Bagging
    predictors", Machine Learning 1996.

    Examples
    --------
    >>> choose_threshold([0, 0, 1, 1], [0.1, 0.25, 0.75, 0.9])
    0.5
    >>> choose_threshold([0, 1, 0, 1], [0.1, 0.25, 0.75, 0.9], aim=("sensitivity", 0.95))
    0.175
    """
    check_aim(aim)
    truth, values = np.asarray(y_true, bool), np.asarray(scores, float)
    if truth.all() or not truth.any():
        raise ValueError("a threshold needs samples of both classes")
    if not repeats:
        return _best(truth, values, aim)
    rng = np.random.default_rng(seed)
    found: list[float] = []
    while len(found) < repeats:
        drawn = rng.integers(len(truth), size=len(truth))
        if 0 < truth[drawn].sum() < len(truth):
            found.append(_best(truth[drawn], values[drawn], aim))
    return float(np.median(found))


def check_aim(aim: Any) -> None:
    """Check what `choose_threshold` takes as an aim.

    Raises
    ------
    ValueError
        If it is not known, or its number is out of range.

    Examples
    --------
    >>> check_aim(("cost", 5.0))
    """
    if isinstance(aim, str) and aim in _GAINS:
        return
    if isinstance(aim, tuple) and len(aim) == 2:
        name, number = aim
        if (name == "sensitivity" and 0 < number <= 1) or (name == "cost" and number > 0):
            return
    raise ValueError(
        f"aim must be one of {', '.join(map(repr, _GAINS))} or ('sensitivity', s) or "
        f"('cost', c), got {aim!r}"
    )


def _best(truth: NDArray[np.bool_], values: NDArray[np.float64], aim: Aim) -> float:
    steps = np.unique(values)
    candidates = (steps[:-1] + steps[1:]) / 2 if len(steps) > 1 else steps
    if aim[0] == "sensitivity":
        enough = [c for c in candidates if (values[truth] >= c).mean() >= aim[1]]
        return float(max(enough, default=steps[0]))
    gain = _gain(aim)
    gains = [gain(truth, values >= candidate) for candidate in candidates]
    return float(candidates[int(np.argmax(gains))])


def _gain(aim: Aim) -> Callable[[NDArray[np.bool_], NDArray[np.bool_]], float]:
    if isinstance(aim, str):
        return _GAINS[aim]
    cost = aim[1]
    return lambda truth, found: -float(cost * (truth & ~found).sum() + (found & ~truth).sum())


def _youden(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    return float(found[truth].mean() - found[~truth].mean())


def _f1(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    return float(2 * (truth & found).sum() / (truth.sum() + found.sum()))


_GAINS = {"youden": _youden, "f1": _f1}
