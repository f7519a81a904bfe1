"""Prediction sets that hold the true class with a promised probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


@dataclass(frozen=True)
class Conformal:
    """Split-conformal prediction sets, each class with a threshold of its own.

    Whatever the network, if new patients are like those it was calibrated on, the set of
    a patient holds the true class with the promised probability, in every class. An empty
    set says that the scan is like none of them. Patients are what is alike, not scans:
    someone with many scans counts no more than someone with one.

    By chance the calibration patients may be easier than others. The plain promise holds on
    average over all that one might have had, and of those at hand about half keep it. Sets
    with a confidence are larger by what chance may have done.

    Parameters
    ----------
    scores : tuple of tuples of float
        For each class sorted scores, one less the probability of the true class: as many as
        it has calibration patients, spread as those of all their scans are.

    References
    ----------
    Vovk, "Conditional Validity of Inductive Conformal Predictors", ACML 2012 (each class by
    itself; confidence, proposition 2b). Sadinle et al., "Least Ambiguous Set-Valued
    Classifiers With Bounded Error Levels", JASA 2019.

    Examples
    --------
    >>> model = Conformal.fit([0] * 40 + [1] * 40, [[0.9, 0.1]] * 40 + [[0.2, 0.8]] * 40)
    >>> model.sets([[0.95, 0.05], [0.5, 0.5]], coverage=0.9).tolist()
    [[True, False], [False, False]]
    """

    scores: tuple[tuple[float, ...], ...]

    @classmethod
    def fit(
        cls,
        y_true: ArrayLike,
        probabilities: ArrayLike,
        groups: Sequence[Any] | None = None,
    ) -> Conformal:
        """Calibrate on data that training and choices have not seen.

        Parameters
        ----------
        y_true : int array of shape (n,)
            Number of the true class.
        probabilities : float array of shape (n, classes)
        groups : sequence, optional
            Patient of each sample; without it each is a patient.

        Returns
        -------
        Conformal
        """
        truth, found = np.asarray(y_true), np.asarray(probabilities, float)
        owners = (
            np.arange(len(truth)) if groups is None else np.unique(groups, return_inverse=True)[1]
        )
        return cls(
            tuple(
                _one_for_each(1 - found[truth == number, number], owners[truth == number])
                for number in range(found.shape[1])
            )
        )

    def sets(
        self,
        probabilities: ArrayLike,
        coverage: float = 0.9,
        confidence: float | None = 0.95,
    ) -> NDArray[np.bool_]:
        """Say for each sample which classes cannot be ruled out.

        Parameters
        ----------
        probabilities : float array of shape (n, classes)
        coverage : float
            Probability with which a set holds the true class, above 0 and below 1.
        confidence : float or None
            With which the coverage, or more, is promised of the very patients it was
            calibrated on, above 0 and below 1; None promises it on average over such
            patients. For .9 at .95 each class needs 29 of them: with fewer it is never ruled
            out. Without a confidence it needs 9.

        Returns
        -------
        bool array of shape (n, classes)

        Raises
        ------
        ValueError
            If the coverage or the confidence is out of its range.
        """
        for name, value in (("coverage", coverage), ("confidence", confidence)):
            if value is not None and not 0 < value < 1:
                raise ValueError(f"{name} must lie between 0 and 1, got {value}")
        limits = np.array([_limit(scores, coverage, confidence) for scores in self.scores])
        return np.asarray(1 - np.asarray(probabilities, float) <= limits + 1e-6)


def _one_for_each(scores: NDArray[np.float64], owners: NDArray[np.intp]) -> tuple[float, ...]:
    """Spread as many scores as there are owners over those of all, each owner with weight 1."""
    _, owner, sizes = np.unique(owners, return_inverse=True, return_counts=True)
    order = np.argsort(scores)
    mass = np.cumsum(1 / sizes[owner][order])
    # What is summed up in floats may fall short of a whole number.
    chosen = np.searchsorted(mass, np.arange(1, len(sizes) + 1) - 1e-6)
    return tuple(scores[order][chosen].round(6).tolist())


def _limit(scores: Sequence[Any], coverage: float, confidence: float | None) -> float:
    """Take the score that the promised share of new samples does not pass."""
    rank = _rank(len(scores), coverage, confidence)
    # Too few calibration samples to promise anything: nothing is ruled out.
    return float(scores[rank - 1]) if rank <= len(scores) else 1.0


def _rank(samples: int, coverage: float, confidence: float | None) -> int:
    """Say which of the sorted scores it is, from 1; one past the last if none will do.

    What lies below the score of rank k, of n, is distributed as Beta(k, n + 1 - k): its mean
    is k / (n + 1), and it is the coverage or more as often as fewer than k of n samples lie
    below the coverage's own quantile.
    """
    if confidence is None:
        return int(np.ceil((samples + 1) * coverage))
    return int(stats.binom.ppf(confidence, samples, coverage)) + 1
