"""Slices and their masks in batches, for the training of segmenters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.backend import keras
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window

Augmentation = Callable[
    [NDArray[Any], NDArray[np.bool_], np.random.Generator],
    tuple[NDArray[np.uint8], NDArray[np.uint8]],
]


class SliceData(keras.utils.PyDataset):
    """Batches of (grey, mask) in 0…1, shuffled anew each epoch when augmented.

    Parameters
    ----------
    slices : sequence of int16 or uint8 arrays of shape (rows, columns)
        Each of its own size.
    masks : sequence of bool arrays of the same shapes
    size : int
        Side of the square the network takes.
    batch_size : int
    augment : callable, optional
        Called with slice, mask and a generator; without it slices are windowed and
        fitted, in their order.
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
        seed: int = 0,
        workers: int = 1,
    ) -> None:
        super().__init__(workers=workers)
        self.slices = slices
        self.masks = masks
        self.size = size
        self.batch_size = batch_size
        self.augment = augment
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return -(-len(self.slices) // self.batch_size)

    def __getitem__(self, batch: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        chosen = self._order()[batch * self.batch_size : (batch + 1) * self.batch_size]
        pairs = [self._pair(int(index)) for index in chosen]
        grey = np.stack([pair[0] for pair in pairs])[..., None].astype(np.float32) / np.float32(255)
        mask = np.stack([pair[1] for pair in pairs])[..., None].astype(np.float32)
        return grey, mask

    def on_epoch_end(self) -> None:
        """Go on to the next epoch's order and augmentation."""
        self.epoch += 1

    def _order(self) -> NDArray[np.intp]:
        if self.augment is None:
            return np.arange(len(self.slices))
        return np.random.default_rng((self.seed, self.epoch)).permutation(len(self.slices))

    def _pair(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        voxels, mask = self.slices[index], self.masks[index]
        if self.augment is not None:
            rng = np.random.default_rng((self.seed, self.epoch, index))
            return self.augment(voxels, mask, rng)
        box = Letterbox(mask.shape, self.size)
        return box.apply(Window().apply(voxels)), box.apply(mask.astype(np.uint8), label=True)
