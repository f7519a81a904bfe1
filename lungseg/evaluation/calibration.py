"""Whether probabilities mean what they say, and how to mend them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax

_TINY = 1e-7


class Reliability(NamedTuple):
    """How often what was said with a probability was right, bin by bin.

    Parameters
    ----------
    confidence : float array of shape (bins,)
        Mean probability of the predicted class in each bin.
    accuracy : float array of shape (bins,)
        Share of its samples that were right.
    samples : int array of shape (bins,)
    """

    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    samples: NDArray[np.intp]


def reliability(y_true: ArrayLike, probabilities: ArrayLike, *, bins: int = 10) -> Reliability:
    """Compare the probability of the likeliest class with how often it is right.

    Parameters
    ----------
    y_true : int array of shape (n,)
        Number of the true class.
    probabilities : float array of shape (n, classes)
    bins : int
        Of equal width from 0 to 1; empty ones are left out.

    Returns
    -------
    Reliability

    References
    ----------
    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.

    Examples
    --------
    >>> reliability([0, 1], [[0.9, 0.1], [0.8, 0.2]], bins=1).accuracy.tolist()
    [0.5]
    """
    truth, scores = np.asarray(y_true), np.asarray(probabilities, float)
    top, right = scores.max(axis=1), scores.argmax(axis=1) == truth
    places = np.minimum((top * bins).astype(int), bins - 1)
    held = np.unique(places)
    return Reliability(
        np.array([top[places == place].mean() for place in held]),
        np.array([right[places == place].mean() for place in held]),
        np.array([(places == place).sum() for place in held]),
    )


def expected_calibration_error(
    y_true: ArrayLike, probabilities: ArrayLike, *, bins: int = 10
) -> float:
    """Mean distance of confidence and accuracy over the bins of `reliability`.

    Parameters
    ----------
    y_true, probabilities, bins
        As in `reliability`.

    Returns
    -------
    float
        0 for probabilities that mean what they say.

    References
    ----------
    Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning",
    AAAI 2015.

    Examples
    --------
    >>> round(expected_calibration_error([0, 0, 0, 1], [[0.75, 0.25]] * 4), 6)
    0.0
    """
    confidence, accuracy, count = reliability(y_true, probabilities, bins=bins)
    return float(np.sum(count * np.abs(confidence - accuracy)) / count.sum())


def temper(probabilities: ArrayLike, temperature: float) -> NDArray[np.float64]:
    """Divide the logits of probabilities by a temperature.

    Parameters
    ----------
    probabilities : float array of shape (n, classes)
    temperature : float
        Above 1 it makes probabilities more modest; the order of classes stays.

    Returns
    -------
    float array of the same shape

    Examples
    --------
    >>> temper([[0.9, 0.1]], 2.0).round(2).tolist()
    [[0.75, 0.25]]
    """
    logits = np.log(np.clip(np.asarray(probabilities, float), _TINY, 1)) / temperature
    return np.asarray(softmax(logits, axis=1))


def fit_temperature(y_true: ArrayLike, probabilities: ArrayLike) -> float:
    """Choose the temperature of the least cross-entropy, on validation data.

    Parameters
    ----------
    y_true : int array of shape (n,)
        Number of the true class.
    probabilities : float array of shape (n, classes)

    Returns
    -------
    float
        Between 0.05 and 20.

    References
    ----------
    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.

    Examples
    --------
    >>> fit_temperature([0, 0, 0, 1], [[0.99, 0.01]] * 4) > 2
    True
    """
    from scipy.optimize import minimize_scalar

    truth, scores = np.asarray(y_true), np.asarray(probabilities, float)
    rows = np.arange(len(truth))

    def loss(log_temperature: float) -> float:
        tempered = temper(scores, float(np.exp(log_temperature)))
        return float(-np.log(np.clip(tempered[rows, truth], _TINY, 1)).mean())

    best = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded")
    return round(float(np.exp(best.x)), 4)
