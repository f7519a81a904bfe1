"""The last layer of a classifier, solved for instead of descended to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from lungseg.backend import keras
from lungseg.networks.lung_head import stages_of
from lungseg.training.last_features import last_features
from lungseg.training.solve_layer import focal
from lungseg.training.solve_trunks import solve_trunks

Labelled = tuple[NDArray[np.uint8], NDArray[Any]]


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
    shares: Sequence[float] | None = None,
    seen: Sequence[NDArray[np.float64]] | None = None,
) -> dict[str, float]:
    """Put the last layer where the focal loss and a ridge penalty together are least.

    Everything before it stays as it is: its output is computed once, and no learning rate
    is to be chosen. The penalty holds each weight to what it is when the call begins, zero
    in a new head and what was learned before in an old one, in units of the spread of its
    feature over the pictures. Where the head joins several stages of a trunk, each stage as
    a whole is held as much as any other, however many features it has; of several trunks each
    is fitted by itself, see `solve_trunks`.

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
    weights : float array of shape (n,) or (trunks, n), optional
        Weight of each picture in the mean; of several trunks the same for all, or each its own.
    mirror : bool
        Take the mirror image of each picture as a further sample.
    batch_size : int
    shares : sequence of float, optional
        Of several trunks, how much each counts in the logits; alike without.
    seen : sequence of arrays, optional
        What `see` returned for these pictures and the same trunk, to compute it once for many
        heads.

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
    seen = see(model, pictures, mirror=mirror, batch_size=batch_size) if seen is None else seen
    features = np.concatenate(seen)
    labels = np.tile(labels, len(seen))
    share = np.ones(len(data[1])) if weights is None else np.asarray(weights, np.float64)
    share = np.tile(share / share.sum(axis=-1, keepdims=True) / len(seen), len(seen))
    if alpha is not None:
        share = share * np.asarray(alpha, np.float64)[labels]
    prior = np.asarray(last.get_weights()[0], np.float64)
    kernel, bias = solve_trunks(
        features,
        labels,
        prior,
        trunks=stages_of(model),
        ridge=ridge,
        gamma=gamma,
        weights=share,
        shares=shares,
    )
    last.set_weights([kernel.astype(np.float32), bias.astype(np.float32)])
    scores = log_softmax(features @ kernel + bias, axis=1)
    sure = np.take_along_axis(scores, labels[:, None], axis=1)[:, 0]
    return {
        "loss": float(np.atleast_2d(share).mean(axis=0) @ focal(sure, gamma)[0]),
        "accuracy": float((scores.argmax(axis=1) == labels).mean()),
    }


def see(
    model: Any, pictures: NDArray[np.uint8], *, mirror: bool, batch_size: int
) -> list[NDArray[np.float64]]:
    """Compute what goes into the last layer, for the pictures and for their mirror images.

    Parameters
    ----------
    model : keras.Model
    pictures : uint8 array of shape (n, rows, columns[, channels])
    mirror : bool
        Without it the pictures alone.
    batch_size : int

    Returns
    -------
    list of float64 arrays of shape (n, features)

    Examples
    --------
    >>> from lungseg.networks import build
    >>> pictures = np.zeros((3, 32, 32), np.uint8)
    >>> len(see(build("simple", (32, 32, 1)), pictures, mirror=True, batch_size=2))
    2
    """
    views = [pictures, pictures[:, :, ::-1]] if mirror else [pictures]
    return [last_features(model, view, batch_size).astype(np.float64) for view in views]


def score_seen(model: Any, seen: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Probability of each class for each picture, from what its last layer sees of it.

    Parameters
    ----------
    model : keras.Model
        From grey 0…255 to logits; its last layer is dense.
    seen : sequence of float arrays of shape (n, features)
        One for each view, as `see` returns them; logits are averaged.

    Returns
    -------
    float array of shape (n, classes)

    Examples
    --------
    >>> from lungseg.networks import build
    >>> model = build("simple", (32, 32, 1), 2)
    >>> seen = see(model, np.zeros((3, 32, 32), np.uint8), mirror=True, batch_size=2)
    >>> score_seen(model, seen).shape
    (3, 2)
    """
    kernel, bias = model.layers[-1].get_weights()
    return np.asarray(softmax(np.mean([view @ kernel + bias for view in seen], axis=0), axis=1))
