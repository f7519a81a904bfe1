"""A figure with its interval, from a bootstrap over patients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Estimate:
    """A figure, its 95 % interval, and what it was measured on.

    Parameters
    ----------
    value, low, high : float or None
        None where the figure is not defined.
    n : int
        Number of samples.
    patients : int

    Examples
    --------
    >>> print(Estimate(0.806, 0.69, 0.89, 62, 40))
    0.806 [0.690, 0.890] (n = 62, 40 patients)
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    patients: int

    def is_above(self, value: float) -> bool:
        """Say whether the whole interval lies above a value.

        Examples
        --------
        >>> Estimate(0.6, 0.55, 0.65, 90, 40).is_above(0.5)
        True
        """
        return self.low is not None and self.low > value

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a dict."""
        return asdict(self)

    def __str__(self) -> str:
        shown = "undefined" if self.value is None else f"{self.value:.3f}"
        interval = "" if self.low is None else f" [{self.low:.3f}, {self.high:.3f}]"
        return f"{shown}{interval} (n = {self.n}, {self.patients} patients)"


def bootstrap_estimate(
    statistic: Callable[..., float | None],
    groups: Sequence[Any],
    *arrays: ArrayLike,
    repeats: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """Measure a figure and the percentile interval of its bootstrap over patients.

    Patients are drawn with replacement, each with all samples: samples of one patient
    are not independent, and drawing them singly makes intervals too narrow.

    Parameters
    ----------
    statistic : callable
        Called with the arrays; may return None where it is not defined.
    groups : sequence of length n
        Patient of each sample.
    *arrays : arrays of length n
    repeats : int
    level : float
    seed : int

    Returns
    -------
    Estimate

    References
    ----------
    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993.

    Examples
    --------
    >>> estimate = bootstrap_estimate(np.mean, [1, 1, 2, 3], [0.0, 0.0, 1.0, 1.0])
    >>> estimate.value, estimate.patients
    (0.5, 3)
    """

    def measure(*columns: NDArray[Any]) -> NDArray[np.float64]:
        value = statistic(*columns)
        return np.array([np.nan if value is None else float(value)])

    found = bootstrap_estimates(
        ["value"], measure, groups, *arrays, repeats=repeats, level=level, seed=seed
    )
    return found["value"]


def bootstrap_estimates(
    names: Sequence[str],
    statistic: Callable[..., NDArray[np.float64]],
    groups: Sequence[Any],
    *arrays: ArrayLike,
    repeats: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Measure several figures at once, on the same draws; see `bootstrap_estimate`.

    Parameters
    ----------
    names : sequence of str
        Of the figures.
    statistic : callable
        Called with the arrays; returns one number for each name, NaN where it is not
        defined.
    groups, *arrays, repeats, level, seed
        As in `bootstrap_estimate`.

    Returns
    -------
    dict of str to Estimate

    Examples
    --------
    >>> found = bootstrap_estimates(
    ...     ["mean", "most"], lambda x: np.array([x.mean(), x.max()]), [1, 2], [0.0, 1.0])
    >>> found["mean"].value, found["most"].value
    (0.5, 1.0)
    """
    columns = [np.asarray(array) for array in arrays]
    _, owners = np.unique(np.asarray(groups).astype(str), return_inverse=True)
    # One sort, and not one search for each of what may be a million patients.
    order = np.argsort(owners, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(owners))[:-1])
    rng = np.random.default_rng(seed)
    drawn = np.empty((repeats, len(names)))
    for row in drawn:
        chosen = np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        row[:] = statistic(*(column[chosen] for column in columns))
    edges = ((1 - level) / 2, (1 + level) / 2)
    return {
        name: _estimate(value, drawn[:, i], edges, len(owners), len(members))
        for i, (name, value) in enumerate(zip(names, statistic(*columns), strict=True))
    }


def _estimate(
    value: float, drawn: NDArray[np.float64], edges: tuple[float, float], n: int, patients: int
) -> Estimate:
    known = drawn[np.isfinite(drawn)]
    low, high = map(float, np.quantile(known, edges)) if len(known) else (None, None)
    return Estimate(float(value) if np.isfinite(value) else None, low, high, n, patients)
