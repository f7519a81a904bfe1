"""SMOTE in feature space, for the last layer of a classifier."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.backend import keras
from lungseg.training.last_features import last_features

Labelled = tuple[NDArray[np.uint8], NDArray[Any]]


def oversample(
    features: NDArray[np.float32], labels: NDArray[np.intp], *, neighbours: int = 5, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Add samples between those of the rarer classes, until all classes are alike in size.

    Parameters
    ----------
    features : float32 array of shape (n, features)
        Of the training fold only.
    labels : int array of shape (n,)
    neighbours : int
        Among how many neighbours of its class a sample's partner is drawn; fewer where a
        class is smaller.
    seed : int

    Returns
    -------
    features : float32 array of shape (more, features)
        Those given come first.
    labels : int array of shape (more,)

    Raises
    ------
    ImportError
        Without imbalanced-learn.
    ValueError
        If a class has a single sample: there is nothing between it and itself.

    References
    ----------
    Chawla et al., "SMOTE: Synthetic Minority Over-sampling Technique", JAIR 2002.
    """
    require_smote()
    from imblearn.over_sampling import SMOTE

    least = int(np.bincount(labels)[np.unique(labels)].min())
    if least < 2:
        raise ValueError("SMOTE needs two pictures of each class at least, and one has a single")
    smote = SMOTE(k_neighbors=min(neighbours, least - 1), random_state=seed)
    more, theirs = smote.fit_resample(features, labels)
    return np.asarray(more, np.float32), np.asarray(theirs, np.intp)


def require_smote() -> None:
    """Say how to install what SMOTE needs, where it is not there."""
    if find_spec("imblearn") is None:
        raise ImportError(
            'SMOTE needs imbalanced-learn: pip install "lungseg[imbalance]"; or take '
            'sampling="balanced", which needs nothing'
        )


def fit_last_layer(
    model: Any,
    data: Labelled,
    *,
    loss: Any,
    epochs: int = 30,
    batch_size: int = 16,
    learning_rate: float = 5e-3,
    seed: int = 0,
) -> list[dict[str, float]]:
    """Train the last layer of a classifier further, on features oversampled by SMOTE.

    Everything before it stays as it is: its output is computed once, without
    augmentation, and samples are made there and not between rows of pixels.

    Parameters
    ----------
    model : keras.Model
        From grey 0…255 to logits; its last layer is changed in place.
    data : tuple of (pictures, labels)
        The training fold: uint8 of shape (n, rows, columns) and class numbers.
    loss : keras.losses.Loss
        Of integer labels and logits.
    epochs, batch_size, learning_rate, seed
        Of the last layer's training.

    Returns
    -------
    list of dict
        The loss of each epoch.

    Raises
    ------
    ImportError
        Without imbalanced-learn.
    ValueError
        If the last layer is not dense, or a class has a single picture.
    """
    last = model.layers[-1]
    if not isinstance(last, keras.layers.Dense):
        raise ValueError(
            f"SMOTE trains the last dense layer anew, and {model.name} ends in {last.name}"
        )
    features, labels = oversample(last_features(model, data[0], batch_size), data[1], seed=seed)
    keras.utils.set_random_seed(seed)
    # A copy, so that the network's own layer stays part of one graph.
    copy = keras.layers.Dense.from_config({**last.get_config(), "trainable": True})
    head = keras.Sequential([keras.Input(features.shape[1:]), copy])
    copy.set_weights(last.get_weights())
    head.compile(optimizer=keras.optimizers.Adam(learning_rate), loss=loss)
    history = head.fit(features, labels, epochs=epochs, batch_size=batch_size, verbose=0)
    last.set_weights(copy.get_weights())
    return [{"loss": float(value)} for value in history.history["loss"]]
