"""Whether one classifier is better than another on the same patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from lungseg.evaluation.bootstrap import Estimate, bootstrap_estimate
from lungseg.evaluation.roc_area import roc_area


class Comparison(NamedTuple):
    """The difference of two classifiers.

    Parameters
    ----------
    difference : Estimate
        ROC AUC of the second less that of the first, with its interval over patients.
    p_value : float
        Of DeLong's test, which takes samples for independent; the interval does not.
    """

    difference: Estimate
    p_value: float

    @property
    def better(self) -> bool:
        """Whether the second is better beyond doubt: the whole interval lies above 0."""
        return self.difference.low is not None and self.difference.low > 0


def compare_auc(
    y_true: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    *,
    groups: Sequence[Any],
    repeats: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare two classifiers by ROC AUC, with a paired bootstrap and DeLong's test.

    Parameters
    ----------
    y_true : array of shape (n,)
        1 for the positive class, 0 for the other.
    first, second : float arrays of shape (n,)
        Probability of the positive class by either.
    groups : sequence of length n
        Patient of each sample.
    repeats, level, seed
        Of the bootstrap.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If one class is missing.

    References
    ----------
    DeLong et al., "Comparing the Areas under Two or More Correlated Receiver Operating
    Characteristic Curves", Biometrics 1988.

    Examples
    --------
    >>> truth = [0, 0, 0, 1, 1, 1]
    >>> found = compare_auc(truth, [0.6, 0.2, 0.5, 0.4, 0.7, 0.3], truth, groups=range(6))
    >>> found.difference.value > 0
    True
    """
    truth = np.asarray(y_true, int)
    if len(set(truth.tolist())) < 2:
        raise ValueError("a comparison by ROC AUC needs samples of both classes")
    a, b = np.asarray(first, float), np.asarray(second, float)

    def difference(t: NDArray[Any], x: NDArray[Any], y: NDArray[Any]) -> float | None:
        if t.min() == t.max():
            return None
        return roc_area(t == 1, y) - roc_area(t == 1, x)

    estimate = bootstrap_estimate(
        difference, groups, truth, a, b, repeats=repeats, level=level, seed=seed
    )
    return Comparison(estimate, _delong(truth, a, b))


def _delong(truth: NDArray[Any], a: NDArray[Any], b: NDArray[Any]) -> float:
    positive, negative = truth == 1, truth == 0
    of_positive, of_negative = [], []
    for scores in (a, b):
        ill, well = scores[positive], scores[negative]
        wins = (ill[:, None] > well).astype(float) + 0.5 * (ill[:, None] == well)
        of_positive.append(wins.mean(axis=1))
        of_negative.append(wins.mean(axis=0))
    gap = of_positive[1].mean() - of_positive[0].mean()
    variance = sum(
        np.var(parts[1] - parts[0], ddof=1) / len(parts[0]) if len(parts[0]) > 1 else 0.0
        for parts in (of_positive, of_negative)
    )
    if variance <= 0:
        return 1.0 if gap == 0 else 0.0
    return float(2 * stats.norm.sf(abs(gap) / np.sqrt(variance)))
