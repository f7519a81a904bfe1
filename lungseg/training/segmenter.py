"""Training of a network that marks pixels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.backend import keras
from lungseg.training.augment_slice import SliceAugmentation
from lungseg.training.lesion_bank import LesionBank
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
    epoch_slices: int = 0,
    batch_size: int,
    learning_rate: float,
    augment: bool,
    crop: bool = True,
    lesions: LesionBank | None = None,
    sample_weight: Sequence[float] | None = None,
    average: float = 0.0,
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
        Picks the best epoch, clean and spoilt as in training; without it the last is kept.
    size, epochs, epoch_slices, batch_size, learning_rate, augment, seed, verbose
        As in `LungMasker`.
    crop : bool
        Show the body and the lungs alone too; without it slices stay whole.
    lesions : LesionBank or None
        Real lesions to blend into slices in HU.
    sample_weight : sequence of float or None
        How likely each slice is to be drawn.
    average : float
        Momentum of a `WeightAverage`; 0 for none.
    folder : Path or None
        Where checkpoints go.

    Returns
    -------
    list of dict
        Figures of each epoch.
    """
    common: dict[str, Any] = {"size": size, "batch_size": batch_size, "crop": crop, "seed": seed}
    change = SliceAugmentation(size, crop=crop, lesions=lesions) if augment else None
    data = SliceData(
        slices, masks, augment=change, sample_weight=sample_weight, draws=epoch_slices, **common
    )
    aside = None
    if validation is not None:
        aside = SliceData(*_spoilt_too(*validation, change, seed), **common)
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
        aside,
        epochs=epochs,
        monitor=None if validation is None else "val_mean_dice",
        folder=folder,
        average=average,
        verbose=verbose,
    )


def _spoilt_too(
    slices: Slices, masks: Masks, change: SliceAugmentation | None, seed: int, copies: int = 4
) -> tuple[list[NDArray[Any]], list[NDArray[np.bool_]]]:
    """Add spoilt copies to the validation slices, the same in every epoch.

    Clean slices alone would pick an early epoch: they are learned long before disease,
    turns and other windows are.
    """
    shown, truth = list(slices), list(masks)
    if change is not None:
        for index, (voxels, mask) in enumerate(zip(slices, masks, strict=True)):
            for copy in range(copies):
                rng = np.random.default_rng((seed, 1_000_003, index, copy))
                grey, share = change(voxels, mask, rng)
                shown.append(grey)
                truth.append(share > 127)
    return shown, truth
