"""Temperature scaling of pixel probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_CANDIDATES = np.geomspace(0.25, 16, 25)
_EDGE = 1e-6


def sharpen(probabilities: NDArray[Any], sharpness: float) -> NDArray[np.float32]:
    """Multiply the logits of probabilities; ½ stays where it is.

    Parameters
    ----------
    probabilities : float array
    sharpness : float
        The inverse of the temperature; 1 changes nothing.

    Returns
    -------
    float32 array of the same shape

    References
    ----------
    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.

    Examples
    --------
    >>> sharpen(np.array([0.5, 0.6]), 4.0).round(3).tolist()
    [0.5, 0.8349999785423279]
    """
    if sharpness == 1:
        return np.asarray(probabilities, np.float32)
    return (1 / (1 + np.exp(-sharpness * _logit(probabilities)))).astype(np.float32)


def fit_sharpness(probabilities: NDArray[Any], truth: NDArray[np.bool_]) -> float:
    """Choose the sharpness with the least cross-entropy, on validation data.

    Where a ReLU before the output is silent, a network can only give one probability,
    little above ½: right for the mask, but useless as a probability.

    Parameters
    ----------
    probabilities : float array
    truth : bool array of the same shape

    Returns
    -------
    float

    Examples
    --------
    >>> truth = np.array([True] * 98 + [False] * 2)
    >>> fit_sharpness(np.full(100, 0.55), truth) > 8
    True
    """
    # Towards the class that is true, a logit is good; away from it, bad.
    towards = np.where(truth, 1, -1) * _logit(probabilities)
    losses = [float(np.mean(np.logaddexp(0, -a * towards))) for a in _CANDIDATES]
    return round(float(_CANDIDATES[int(np.argmin(losses))]), 3)


def _logit(probabilities: NDArray[Any]) -> NDArray[np.float32]:
    p = np.clip(np.asarray(probabilities, np.float32), _EDGE, 1 - _EDGE)
    return np.asarray(np.log(p / (1 - p)), np.float32)
