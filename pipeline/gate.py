"""Whether a fine-tuned pipeline is better than the one it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lungseg.evaluation.bootstrap import Estimate, bootstrap_estimate
from lungseg.evaluation.compare import compare_auc

#: Fewer scans than this cannot tell two pipelines apart.
_ENOUGH = 10


@dataclass(frozen=True)
class Verdict:
    """What `Pipeline.fine_tune` decided, and why.

    Parameters
    ----------
    kept : {"tuned", "base"}
    reason : str
        One sentence.
    figure : str
        What was compared: ROC AUC for two classes, accuracy for more; "" where nothing
        could be.
    difference : Estimate or None
        That of the tuned pipeline less that of the base, on patients neither was trained
        on, with its interval over patients.
    p_value : float or None
        Of DeLong's test, for two classes.

    Examples
    --------
    >>> Verdict("tuned", "nothing could be compared: no groups were given").kept
    'tuned'
    """

    kept: Literal["tuned", "base"]
    reason: str
    figure: str = ""
    difference: Estimate | None = None
    p_value: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything in types that JSON knows."""
        difference = None if self.difference is None else self.difference.to_dict()
        return {
            "kept": self.kept,
            "reason": self.reason,
            "figure": self.figure,
            "difference": difference,
            "p_value": self.p_value,
        }

    def __str__(self) -> str:
        shown = f" ({self.figure} {self.difference})" if self.difference is not None else ""
        return f"the {self.kept} pipeline was kept: {self.reason}{shown}"


def judge(truth: ArrayLike, base: ArrayLike, tuned: ArrayLike, groups: Sequence[Any]) -> Verdict:
    """Compare two pipelines on patients that neither was trained on.

    Parameters
    ----------
    truth : int array of shape (n,)
        Number of the true class.
    base, tuned : float arrays of shape (n, classes)
        Probabilities by either.
    groups : sequence of length n
        Patient of each scan.

    Returns
    -------
    Verdict
        The base is kept where the tuned pipeline is not better.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = np.arange(40) % 2
    >>> right = np.where(truth[:, None] == [0, 1], 0.8, 0.2) + rng.normal(0, 0.1, (40, 2))
    >>> judge(truth, right, 1 - right, range(40)).kept
    'base'
    """
    true, before, after = np.asarray(truth), np.asarray(base, float), np.asarray(tuned, float)
    classes = before.shape[1]
    if len(true) < _ENOUGH or len(set(true.tolist())) < classes:
        return Verdict("tuned", f"{len(true)} scans are too few to compare it with the base")
    p_value = None
    if classes == 2:
        figure = "ROC AUC"
        difference, p_value = compare_auc(true, before[:, 1], after[:, 1], groups=groups)
    else:
        figure = "accuracy"
        gained = _right(true, after) - _right(true, before)
        difference = bootstrap_estimate(np.mean, groups, gained)
    if difference.value is None or difference.value <= 0:
        return Verdict("base", "the tuned one is not better", figure, difference, p_value)
    certain = difference.low is not None and difference.low > 0
    reason = "it is better" if certain else "it is better, though not beyond chance"
    return Verdict("tuned", reason, figure, difference, p_value)


def _right(truth: NDArray[Any], scores: NDArray[Any]) -> NDArray[np.float64]:
    return (scores.argmax(axis=1) == truth).astype(float)
