"""A threshold for a stated aim."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit
from scipy.stats import norm

Aim = str | tuple[str, float]
Floats = NDArray[np.float64]

#: Probabilities closer to 0 or 1 than this count as this close.
_LEAST = 1e-6

#: A smooth density has its best threshold near one of so many.
_ENOUGH = 1000


def choose_threshold(
    y_true: ArrayLike, scores: ArrayLike, aim: Aim = "youden", *, smooth: bool = False
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
    smooth : bool
        Take for the scores of a class a smooth density around them: the one best threshold
        of a small sample hangs on a few of its scores. A sensitivity that is asked for is that
        of the sample either way.

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
    Youden, "Index for rating diagnostic tests", Cancer 1950. Fluss, Faraggi and Reiser,
    "Estimation of the Youden index and its associated cutoff point", Biometrical Journal
    2005, for smooth densities (Gaussian kernels, of Silverman's width, over logits).

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
    steps = np.unique(values)
    candidates = (steps[:-1] + steps[1:]) / 2 if len(steps) > 1 else steps
    if aim[0] == "sensitivity":
        enough = [c for c in candidates if (values[truth] >= c).mean() >= aim[1]]
        return float(max(enough, default=steps[0]))
    if smooth:  # takes scores times candidates
        candidates = candidates[:: len(candidates) // _ENOUGH + 1]
    share_above = _smooth_share if smooth else _share
    found, alarms = (share_above(values[chosen], candidates) for chosen in (truth, ~truth))
    gains = _gain(aim)(found, alarms, float(truth.mean()))
    return float(candidates[int(np.argmax(gains))])


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


def _share(values: Floats, candidates: Floats) -> Floats:
    """Share of values that reach each candidate."""
    return 1 - np.searchsorted(np.sort(values), candidates) / len(values)


def _smooth_share(values: Floats, candidates: Floats) -> Floats:
    """Share of a density around values, on the scale of logits, that reaches each candidate."""
    points, edges = (logit(np.clip(part, _LEAST, 1 - _LEAST)) for part in (values, candidates))
    low, high = np.percentile(points, [25, 75])
    spread = min(points.std(), (high - low) / 1.34) or points.std()
    width = max(0.9 * spread * len(points) ** -0.2, _LEAST)
    return np.array([norm.sf((edge - points) / width).mean() for edge in edges])


def _youden(found: Floats, alarms: Floats, ill: float) -> Floats:
    return found - alarms


def _f1(found: Floats, alarms: Floats, ill: float) -> Floats:
    return 2 * ill * found / (ill + ill * found + (1 - ill) * alarms)


def _cost(cost: float, found: Floats, alarms: Floats, ill: float) -> Floats:
    return -(cost * ill * (1 - found) + (1 - ill) * alarms)


def _gain(aim: Aim) -> Callable[[Floats, Floats, float], Floats]:
    """Return what an aim makes of sensitivity, false alarms and the share of positives."""
    return _GAINS[aim] if isinstance(aim, str) else partial(_cost, aim[1])


_GAINS = {"youden": _youden, "f1": _f1}
