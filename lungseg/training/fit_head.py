"""The last layer of a classifier, solved for instead of descended to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from lungseg.backend import keras
from lungseg.networks.lung_head import JOINT
from lungseg.training.last_features import last_features

Labelled = tuple[NDArray[np.uint8], NDArray[Any]]

#: Features that vary less than this over all pictures say nothing, and would be blown up.
_FLAT = 1e-3


def fit_head(
    model: Any,
    data: Labelled,
    *,
    ridge: float,
    gamma: float = 2.0,
    alpha: Sequence[float] | None = None,
    weights: NDArray[np.float64] | None = None,
    mirror: bool = True,
    batch_size: int = 16,
) -> dict[str, float]:
    """Put the last layer where the focal loss and a ridge penalty together are least.

    Everything before it stays as it is: its output is computed once, and no learning rate
    is to be chosen. The penalty holds each weight to what it is when the call begins, zero
    in a new head and what was learned before in an old one, in units of the spread of its
    feature over the pictures. Where the head joins several stages of a trunk, each stage as
    a whole is held as much as any other, however many features it has.

    Parameters
    ----------
    model : keras.Model
        From grey 0…255 to logits; its last layer is changed in place.
    data : tuple of (pictures, labels)
        uint8 of shape (n, rows, columns[, channels]) and class numbers.
    ridge : float
        Half of this times the sum of squares is added to the mean loss; of several stages,
        on average over the features.
    gamma, alpha
        As in `lungseg.training.focal.focal_loss`.
    weights : float array of shape (n,), optional
        Weight of each picture in the mean.
    mirror : bool
        Take the mirror image of each picture as a further sample.
    batch_size : int

    Returns
    -------
    dict of str to float
        Loss, without the penalty, and accuracy on the data.

    Raises
    ------
    ValueError
        If the last layer is not dense.

    References
    ----------
    Kumar et al., "Fine-Tuning can Distort Pretrained Features and Underperform
    Out-of-Distribution", ICLR 2022. Lin et al., "Focal Loss for Dense Object Detection",
    ICCV 2017.

    Examples
    --------
    >>> from lungseg.networks import build
    >>> pictures = np.stack([np.full((32, 32), v, np.uint8) for v in (20, 30, 200, 210)])
    >>> model = build("simple", (32, 32, 1))
    >>> fit_head(model, (pictures, np.array([0, 0, 1, 1])), ridge=0.01)["accuracy"]
    1.0
    """
    last = model.layers[-1]
    if not isinstance(last, keras.layers.Dense):
        raise ValueError(f"ridge fits a last dense layer, and {model.name} ends in {last.name}")
    pictures, labels = data
    views = [pictures, pictures[:, :, ::-1]] if mirror else [pictures]
    features = last_features(model, np.concatenate(views), batch_size).astype(np.float64)
    # What a weight is measured in: the spread of its feature, the less the larger its stage.
    mean, spread = features.mean(axis=0), np.maximum(features.std(axis=0), _FLAT)
    spread = spread * _stage_scale(model)
    kernel, bias = (np.asarray(part, np.float64) for part in last.get_weights())
    truth = np.eye(kernel.shape[1])[np.tile(labels, len(views))]
    share = np.ones(len(labels)) if weights is None else np.asarray(weights, np.float64)
    share = np.tile(share / share.sum() / len(views), len(views))
    if alpha is not None:
        share = share * (truth @ np.asarray(alpha, np.float64))
    scaled = (features - mean) / spread
    kernel, bias = _minimise(scaled, truth, share, kernel * spread[:, None], ridge, gamma)
    found = log_softmax(scaled @ kernel + bias, axis=1)
    kernel = kernel / spread[:, None]
    last.set_weights([kernel.astype(np.float32), (bias - mean @ kernel).astype(np.float32)])
    sure = (found * truth).sum(axis=1)
    return {
        "loss": float(share @ _focal(sure, gamma)[0]),
        "accuracy": float((found.argmax(axis=1) == truth.argmax(axis=1)).mean()),
    }


def _stage_scale(model: Any) -> NDArray[np.float64]:
    """Scale of each feature by which every stage counts the same; 1 for a single stage."""
    joint = next((layer for layer in model.layers if layer.name == JOINT), None)
    if joint is None:
        return np.ones(1)
    sizes = [part.shape[-1] for part in joint.input]
    return np.repeat(np.sqrt(np.array(sizes) * len(sizes) / sum(sizes)), sizes)


def _minimise(
    features: NDArray[np.float64],
    truth: NDArray[np.float64],
    share: NDArray[np.float64],
    prior: NDArray[np.float64],
    ridge: float,
    gamma: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find kernel and bias; the bias is not held to anything."""
    shape = prior.shape

    def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        kernel, bias = flat[: -shape[1]].reshape(shape), flat[-shape[1] :]
        scores = log_softmax(features @ kernel + bias, axis=1)
        loss, slope = _focal((scores * truth).sum(axis=1), gamma)
        # The slope of the log-probability of the true class along the logits.
        back = (share * slope)[:, None] * (truth - np.exp(scores))
        away = kernel - prior
        value = share @ loss + ridge / 2 * (away**2).sum()
        slopes = features.T @ back + ridge * away
        return float(value), np.concatenate([slopes.ravel(), back.sum(axis=0)])

    start = np.concatenate([prior.ravel(), np.zeros(shape[1])])
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return found.x[: -shape[1]].reshape(shape), found.x[-shape[1] :]


def _focal(
    log_p: NDArray[np.float64], gamma: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Focal loss and its slope, by the log-probability of the true class."""
    p = np.exp(log_p)
    doubt = np.maximum(1 - p, 1e-12)
    loss = -(doubt**gamma) * log_p
    slope = gamma * doubt ** (gamma - 1) * p * log_p - doubt**gamma
    return loss, slope
