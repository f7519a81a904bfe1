"""The last layer that fits given features best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

Floats = NDArray[np.float64]

#: Features that vary less than this over all pictures say nothing, and would be blown up.
_FLAT = 1e-3

#: The focal loss is flat where all is sure, and the usual tolerances stop short of its least.
_EXACT = {"maxiter": 2000, "ftol": 1e-12, "gtol": 1e-8}


def solve_layer(
    features: Floats,
    labels: NDArray[np.intp],
    prior: Floats,
    *,
    ridge: float,
    gamma: float = 2.0,
    weights: Floats | None = None,
    stages: Sequence[int] = (),
) -> tuple[Floats, Floats]:
    """Find kernel and bias where the focal loss and a ridge penalty together are least.

    The penalty holds each weight to its prior, in units of the spread of its feature; the bias
    is not held to anything.

    Parameters
    ----------
    features : float array of shape (n, features)
    labels : int array of shape (n,)
    prior : float array of shape (features, classes)
    ridge : float
        Half of this times the sum of squares is added to the loss.
    gamma : float
        Of the focal loss; 0 makes it the cross-entropy.
    weights : float array of shape (n,), optional
        Of each sample in the sum of losses; their mean without.
    stages : sequence of int
        How many features, one after the other, come from each stage of a trunk: every stage
        as a whole is held as much as any other, however many features it has.

    Returns
    -------
    kernel : float array of shape (features, classes)
    bias : float array of shape (classes,)

    References
    ----------
    Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.

    Examples
    --------
    >>> features = np.array([[0.0], [1.0], [4.0], [5.0]])
    >>> kernel, bias = solve_layer(features, np.array([0, 0, 1, 1]), np.zeros((1, 2)), ridge=0.01)
    >>> (features @ kernel + bias).argmax(axis=1).tolist()
    [0, 0, 1, 1]
    """
    share = np.full(len(labels), 1 / len(labels)) if weights is None else weights
    # What a weight is measured in: the spread of its feature, and the more the larger its stage.
    # Samples of less weight count less in it, too: how many there are of a kind says nothing.
    told = share / share.sum()
    mean = told @ features
    unit = np.maximum(np.sqrt(told @ (features - mean) ** 2), _FLAT)
    if stages:
        unit = unit * np.repeat(np.sqrt(np.array(stages) * len(stages) / sum(stages)), stages)
    truth = np.eye(prior.shape[1])[labels]
    kernel, bias = _minimise(
        (features - mean) / unit, truth, share, prior * unit[:, None], ridge, gamma
    )
    kernel = kernel / unit[:, None]
    return kernel, bias - mean @ kernel


def focal(log_p: Floats, gamma: float) -> tuple[Floats, Floats]:
    """Focal loss and its slope, by the log-probability of the true class.

    Examples
    --------
    >>> focal(np.log([0.5]), 0.0)[0].round(3).tolist()
    [0.693]
    """
    p = np.exp(log_p)
    doubt = np.maximum(1 - p, 1e-12)
    loss = -(doubt**gamma) * log_p
    slope = gamma * doubt ** (gamma - 1) * p * log_p - doubt**gamma
    return loss, slope


def _minimise(
    features: Floats, truth: Floats, share: Floats, prior: Floats, ridge: float, gamma: float
) -> tuple[Floats, Floats]:
    # The penalty keeps what is added to the prior within what the samples span: of more
    # features than samples only as many directions matter as there are samples.
    basis, narrow = None, features
    if features.shape[1] > len(features):
        basis, spans = np.linalg.qr(features.T)
        narrow = spans.T
    offset = features @ prior
    shape = narrow.shape[1], prior.shape[1]

    def objective(flat: Floats) -> tuple[float, Floats]:
        away, bias = flat[: -shape[1]].reshape(shape), flat[-shape[1] :]
        scores = log_softmax(offset + narrow @ away + bias, axis=1)
        loss, slope = focal((scores * truth).sum(axis=1), gamma)
        # The slope of the log-probability of the true class along the logits.
        back = (share * slope)[:, None] * (truth - np.exp(scores))
        value = share @ loss + ridge / 2 * (away**2).sum()
        slopes = narrow.T @ back + ridge * away
        return float(value), np.concatenate([slopes.ravel(), back.sum(axis=0)])

    start = np.zeros(shape[0] * shape[1] + shape[1])
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options=_EXACT)
    away, bias = found.x[: -shape[1]].reshape(shape), found.x[-shape[1] :]
    return prior + (away if basis is None else basis @ away), bias
