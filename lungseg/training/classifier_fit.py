"""Training of a network that classifies pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.backend import keras
from lungseg.training.augment_picture import PictureAugmentation
from lungseg.training.freezing import freeze
from lungseg.training.loop import cosine_decay, train
from lungseg.training.picture_data import PictureData
from lungseg.training.schedule import Schedule

Labelled = tuple[NDArray[np.uint8], NDArray[Any]]


def train_classifier(
    model: Any,
    data: Labelled,
    validation: Labelled | None,
    *,
    loss: Any,
    schedule: Schedule,
    augment: bool = True,
    weights: NDArray[np.float64] | None = None,
    folder: Path | None = None,
    tensorboard: Path | None = None,
    seed: int = 0,
    verbose: int = 0,
) -> list[dict[str, float]]:
    """Train a network on pictures and class numbers: its head first, then its trunk.

    Parameters
    ----------
    model : keras.Model
        From grey 0…255 to logits.
    data, validation : tuple of (pictures, labels)
        uint8 of shape (n, rows, columns[, channels]) and class numbers. Without
        validation data the last epoch is kept, else the one of the lowest loss.
    loss : keras.losses.Loss
        Of integer labels and logits; with mixup, of shares of classes.
    schedule : Schedule
    weights : float array of shape (n,), optional
        How often each picture is drawn; see `PictureData`.
    augment, folder, tensorboard, seed, verbose
        As in `CTClassifier`.

    Returns
    -------
    list of dict
        Figures of each epoch, those of the head's own first.
    """
    accuracy = keras.metrics.SparseCategoricalAccuracy
    if schedule.mixup:
        data, validation = _as_shares(data, model), validation and _as_shares(validation, model)
        accuracy = keras.metrics.CategoricalAccuracy
    pictures = PictureData(
        *data,
        batch_size=schedule.batch_size,
        augment=PictureAugmentation() if augment else None,
        mixup=schedule.mixup,
        weights=weights,
        seed=seed,
    )
    aside = None
    if validation is not None:
        aside = PictureData(*validation, batch_size=schedule.batch_size)

    def run(name: str, epochs: int, rate: float, **others: Any) -> list[dict[str, float]]:
        # Compiled anew: what learns is settled by then.
        model.compile(
            optimizer=keras.optimizers.AdamW(
                cosine_decay(rate, len(pictures) * epochs), weight_decay=1e-3, clipnorm=1.0
            ),
            loss=loss,
            metrics=[accuracy(name="accuracy")],
        )
        return train(
            model,
            pictures,
            aside,
            epochs=epochs,
            monitor=None if validation is None else "val_loss",
            mode="min",
            folder=None if folder is None else folder / name,
            tensorboard=None if tensorboard is None else tensorboard / name,
            verbose=verbose,
            **others,
        )

    history = []
    if schedule.frozen_epochs:
        freeze(model, share=0.0)
        # A head by itself bears a higher rate, and its start is no longer random.
        history += run("head", schedule.frozen_epochs, 10 * schedule.learning_rate)
    freeze(model, share=schedule.unfreeze, norms=schedule.freeze_norm)
    history += run(
        "whole",
        schedule.epochs,
        schedule.learning_rate,
        average=schedule.average,
        patience=schedule.patience if validation is not None else None,
    )
    freeze(model, share=1.0)
    return history


def _as_shares(data: Labelled, model: Any) -> Labelled:
    pictures, numbers = data
    return pictures, np.eye(model.output_shape[-1], dtype=np.float32)[numbers]
