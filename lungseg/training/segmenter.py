"""Training of a network that marks pixels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.backend import keras
from lungseg.training.augment_slice import SliceAugmentation
from lungseg.training.loop import cosine_decay, train
from lungseg.training.losses import DiceCrossEntropy
from lungseg.training.metrics import mean_dice
from lungseg.training.slice_data import SliceData

Slices = Sequence[NDArray[Any]]
Masks = Sequence[NDArray[np.bool_]]


def train_segmenter(
    model: Any,
    slices: Slices,
    masks: Masks,
    *,
    validation: tuple[Slices, Masks] | None,
    size: int,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    augment: bool,
    folder: Path | None,
    seed: int,
    verbose: int,
) -> list[dict[str, float]]:
    """Train a network on slices and masks with Dice and cross-entropy.

    Parameters
    ----------
    model : keras.Model
        From (size, size, 1) to a probability of each pixel.
    slices, masks : sequences of arrays of shape (rows, columns)
    validation : tuple of (slices, masks) or None
        Picks the best epoch; without it the last is kept.
    size, epochs, batch_size, learning_rate, augment, seed, verbose
        As in `LungMasker`.
    folder : Path or None
        Where checkpoints go.

    Returns
    -------
    list of dict
        Figures of each epoch.
    """
    common: dict[str, Any] = {"size": size, "batch_size": batch_size, "seed": seed}
    data = SliceData(slices, masks, augment=SliceAugmentation(size) if augment else None, **common)
    steps = len(data) * epochs
    model.compile(
        # Clipping: without normalisation in its encoder the network can die of one
        # large step.
        optimizer=keras.optimizers.Adam(cosine_decay(learning_rate, steps), clipnorm=1.0),
        loss=DiceCrossEntropy(),
        metrics=[mean_dice],
    )
    return train(
        model,
        data,
        None if validation is None else SliceData(*validation, **common),
        epochs=epochs,
        monitor=None if validation is None else "val_mean_dice",
        folder=folder,
        verbose=verbose,
    )
