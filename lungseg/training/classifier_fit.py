"""Training of a network that classifies pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.backend import keras
from lungseg.training.augment_picture import PictureAugmentation
from lungseg.training.loop import cosine_decay, train
from lungseg.training.picture_data import PictureData

Labelled = tuple[NDArray[np.uint8], NDArray[Any]]


def train_classifier(
    model: Any,
    data: Labelled,
    validation: Labelled | None,
    *,
    loss: Any,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    augment: bool,
    folder: Path | None,
    seed: int,
    verbose: int,
) -> list[dict[str, float]]:
    """Train a network on pictures and class numbers.

    Parameters
    ----------
    model : keras.Model
        From grey 0…255 to logits.
    data, validation : tuple of (pictures, labels)
        uint8 of shape (n, rows, columns) and class numbers. Without validation data the
        last epoch is kept, else the one of the lowest loss.
    loss : keras.losses.Loss
        Of integer labels and logits.
    epochs, batch_size, learning_rate, augment, folder, seed, verbose
        As in `CTClassifier`.

    Returns
    -------
    list of dict
        Figures of each epoch.
    """
    pictures = PictureData(
        *data,
        batch_size=batch_size,
        augment=PictureAugmentation() if augment else None,
        seed=seed,
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(
            cosine_decay(learning_rate, len(pictures) * epochs), weight_decay=1e-3, clipnorm=1.0
        ),
        loss=loss,
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    return train(
        model,
        pictures,
        None if validation is None else PictureData(*validation, batch_size=batch_size),
        epochs=epochs,
        monitor=None if validation is None else "val_loss",
        mode="min",
        folder=folder,
        verbose=verbose,
    )
