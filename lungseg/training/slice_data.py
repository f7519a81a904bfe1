"""Slices and their masks in batches, for the training of segmenters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.backend import keras
from lungseg.preprocess.body_box import body_box
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window

Augmentation = Callable[
    [NDArray[Any], NDArray[np.bool_], np.random.Generator],
    tuple[NDArray[np.uint8], NDArray[np.uint8]],
]


class SliceData(keras.utils.PyDataset):
    """Batches of (grey, mask) in 0…1, drawn anew each epoch when augmented.

    The mask holds the share of each pixel that is marked: ½ on an edge that halves it.

    Parameters
    ----------
    slices : sequence of int16 or uint8 arrays of shape (rows, columns)
        Each of its own size.
    masks : sequence of bool arrays of the same shapes
    size : int
        Side of the square the network takes.
    batch_size : int
    augment : callable, optional
        Called with slice, mask and a generator; without it slices are windowed, cropped
        to the body with ``crop``, and fitted, in their order.
    crop : bool
        Crop what is not augmented to the body, as `LungMasker` does.
    sample_weight : sequence of float, optional
        How likely each slice is to be drawn in training; all alike without.
    draws : int
        Slices in an epoch of training; 0 for as many as there are. Without weights a
        slice is drawn again only when all others have been.
    seed : int
        Order and augmentation of epoch *e* depend on the seed and *e* alone.

    Examples
    --------
    >>> data = SliceData([np.zeros((40, 50), np.uint8)], [np.zeros((40, 50), bool)], size=32)
    >>> x, y = data[0]
    >>> x.shape, y.shape
    ((1, 32, 32, 1), (1, 32, 32, 1))
    """

    def __init__(
        self,
        slices: Sequence[NDArray[Any]],
        masks: Sequence[NDArray[np.bool_]],
        *,
        size: int,
        batch_size: int = 8,
        augment: Augmentation | None = None,
        crop: bool = False,
        sample_weight: Sequence[float] | None = None,
        draws: int = 0,
        seed: int = 0,
        workers: int = 1,
    ) -> None:
        super().__init__(workers=workers)
        self.slices = slices
        self.masks = masks
        self.size = size
        self.batch_size = batch_size
        self.augment = augment
        self.crop = crop
        self.sample_weight = sample_weight
        self.draws = (draws if augment is not None else 0) or len(slices)
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return -(-self.draws // self.batch_size)

    def __getitem__(self, batch: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        draws = range(batch * self.batch_size, min(self.draws, (batch + 1) * self.batch_size))
        order = self._order()
        pairs = [self._pair(int(order[draw]), draw) for draw in draws]
        grey = np.stack([pair[0] for pair in pairs])[..., None].astype(np.float32) / np.float32(255)
        mask = np.stack([pair[1] for pair in pairs])[..., None].astype(np.float32) / np.float32(255)
        return grey, mask

    def on_epoch_end(self) -> None:
        """Go on to the next epoch's order and augmentation."""
        self.epoch += 1

    def _order(self) -> NDArray[np.intp]:
        if self.augment is None:
            return np.arange(len(self.slices))
        rng = np.random.default_rng((self.seed, self.epoch))
        count = len(self.slices)
        if self.sample_weight is None:
            rounds = -(-self.draws // count)
            return np.concatenate([rng.permutation(count) for _ in range(rounds)])
        weights = np.asarray(self.sample_weight, float)
        return rng.choice(count, self.draws, p=weights / weights.sum())

    def _pair(self, index: int, draw: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        voxels, mask = self.slices[index], self.masks[index]
        if self.augment is not None:
            # A slice drawn twice in an epoch is augmented in two ways.
            rng = np.random.default_rng((self.seed, self.epoch, index, draw))
            return self.augment(voxels, mask, rng)
        grey = Window().apply(voxels)
        view = body_box(grey) if self.crop else None
        if view is not None:
            grey, mask = grey[view], mask[view]
        box = Letterbox(mask.shape, self.size)
        return box.apply(grey), box.apply(mask.astype(np.uint8) * 255)
