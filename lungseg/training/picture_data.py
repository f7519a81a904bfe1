"""Pictures and their classes in batches, for the training of classifiers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.backend import keras
from lungseg.training.balanced import draw


class PictureData(keras.utils.PyDataset):
    """Batches of (picture, class), shuffled anew each epoch when augmented.

    Parameters
    ----------
    pictures : uint8 array of shape (n, rows, columns) or (n, rows, columns, channels)
    labels : int array of shape (n,), or float array of shape (n, classes)
        Class numbers, or the share of each class.
    batch_size : int
    augment : callable, optional
        Called with a picture and a generator. Without it the order is kept.
    mixup : float
        Of shares of classes, with augmentation: each picture is blended with another of
        its batch, and their shares with them, in a ratio drawn from Beta(mixup, mixup);
        0 blends nothing.
    weights : float array of shape (n,), optional
        Share of the draws of each picture: an epoch then draws as many pictures as there
        are, some more than once; see `lungseg.training.balanced`.
    seed : int
        Order and augmentation of epoch *e* depend on the seed and *e* alone.

    References
    ----------
    Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018.

    Examples
    --------
    >>> data = PictureData(np.zeros((5, 32, 32), np.uint8), np.arange(5), batch_size=2)
    >>> len(data), data[2][0].shape
    (3, (1, 32, 32, 1))
    """

    def __init__(
        self,
        pictures: NDArray[np.uint8],
        labels: NDArray[Any],
        *,
        batch_size: int = 16,
        augment: Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]
        | None = None,
        mixup: float = 0.0,
        weights: NDArray[np.float64] | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.pictures = pictures
        self.labels = labels
        self.batch_size = batch_size
        self.augment = augment
        self.mixup = mixup if augment is not None else 0.0
        self.weights = weights
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return -(-len(self.labels) // self.batch_size)

    def __getitem__(self, batch: int) -> tuple[NDArray[np.float32], NDArray[Any]]:
        first = batch * self.batch_size
        chosen = self._order()[first : first + self.batch_size]
        pictures = np.stack([self._picture(int(i), first + n) for n, i in enumerate(chosen)])
        if pictures.ndim == 3:
            pictures = pictures[..., None]
        shown, labels = pictures.astype(np.float32), self.labels[chosen]
        return self._mix(shown, labels, batch) if self.mixup else (shown, labels)

    def on_epoch_end(self) -> None:
        """Go on to the next epoch's order and augmentation."""
        self.epoch += 1

    def _mix(
        self, pictures: NDArray[np.float32], shares: NDArray[Any], batch: int
    ) -> tuple[NDArray[np.float32], NDArray[Any]]:
        rng = np.random.default_rng((self.seed, self.epoch, batch, 1))
        kept = rng.beta(self.mixup, self.mixup, len(pictures)).astype(np.float32)
        other = rng.permutation(len(pictures))
        tall = kept[:, None, None, None]
        return (
            tall * pictures + (1 - tall) * pictures[other],
            kept[:, None] * shares + (1 - kept[:, None]) * shares[other],
        )

    def _order(self) -> NDArray[np.intp]:
        if self.weights is not None:
            return draw(self.weights, np.random.default_rng((self.seed, self.epoch)))
        if self.augment is None:
            return np.arange(len(self.labels))
        return np.random.default_rng((self.seed, self.epoch)).permutation(len(self.labels))

    def _picture(self, index: int, place: int) -> NDArray[np.uint8]:
        picture = self.pictures[index]
        if self.augment is None:
            return picture
        # A picture that is drawn twice must not look the same twice.
        key = (self.seed, self.epoch, index) + (() if self.weights is None else (place,))
        return self.augment(picture, np.random.default_rng(key))
