"""Training of a network that marks pixels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.backend import keras
from lungseg.training.augment_slice import SliceAugmentation
from lungseg.training.hold_out import hold_out
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
    groups: Sequence[Any] | None,
    validation: tuple[Slices, Masks] | None,
    validation_fraction: float,
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
    groups : sequence or None
        Patient of each slice.
    validation : tuple of (slices, masks) or None
        Picks the best epoch; else a share of the groups does, and without groups the
        last epoch is kept.
    validation_fraction, size, epochs, batch_size, learning_rate, augment, seed, verbose
        As in `LungMasker`.
    folder : Path or None
        Where checkpoints go.

    Returns
    -------
    list of dict
        Figures of each epoch.
    """
    if validation is None and groups is not None and validation_fraction > 0:
        keep, aside = hold_out(groups, validation_fraction, seed)
        validation = [slices[i] for i in aside], [masks[i] for i in aside]
        slices, masks = [slices[i] for i in keep], [masks[i] for i in keep]
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
