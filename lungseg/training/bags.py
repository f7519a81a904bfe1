"""The pictures of labelled scans, one bag a scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.training.balanced import balanced_weights

Pictures = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bags:
    """What a classifier learns from: pictures, one bag a scan, and the class of each scan.

    Parameters
    ----------
    pictures : list of uint8 arrays of shape (pictures, rows, columns[, channels])
        Of one scan each.
    numbers : int array of shape (scans,)
        Class of each scan.
    groups : sequence, optional
        Patient of each scan.
    seen : list of float arrays of shape (pictures of all scans, features), optional
        What the last layer sees of the pictures, by `lungseg.training.fit_head.see`.

    Examples
    --------
    >>> bags = Bags([np.zeros((2, 8, 8), np.uint8), np.ones((1, 8, 8), np.uint8)], np.array([0, 1]))
    >>> bags.flat()[1].tolist(), bags.take([1]).flat()[1].tolist()
    ([0, 0, 1], [1])
    """

    pictures: list[Pictures]
    numbers: NDArray[np.intp]
    groups: Sequence[Any] | None = None
    seen: list[Floats] | None = None

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def sizes(self) -> list[int]:
        """How many pictures each bag holds."""
        return [len(bag) for bag in self.pictures]

    def split(self, rows: NDArray[Any]) -> list[NDArray[Any]]:
        """Part rows, one for each picture of all scans, by scan."""
        return np.split(rows, np.cumsum(self.sizes)[:-1])

    def take(self, indices: Sequence[int]) -> Bags:
        """Return the bags of some scans, with all that is known of them."""
        parts = self.split(np.arange(sum(self.sizes)))
        rows = np.concatenate([parts[index] for index in indices])
        return Bags(
            [self.pictures[index] for index in indices],
            self.numbers[list(indices)],
            None if self.groups is None else [self.groups[index] for index in indices],
            None if self.seen is None else [view[rows] for view in self.seen],
        )

    def joined(self, other: Bags) -> Bags:
        """Return these bags and others; the patients are not kept."""
        seen = None
        if self.seen is not None and other.seen is not None:
            seen = [np.concatenate(pair) for pair in zip(self.seen, other.seen, strict=True)]
        numbers = np.concatenate([self.numbers, other.numbers])
        return Bags([*self.pictures, *other.pictures], numbers, seen=seen)

    def flat(self) -> tuple[Pictures, NDArray[np.intp]]:
        """Give every picture of a scan the scan's class."""
        return np.concatenate(self.pictures), np.repeat(self.numbers, self.sizes)

    def weights(self, *, balanced: bool) -> Floats:
        """Return the weight of each picture, which add up to 1; see `balanced_weights`."""
        if balanced:
            return balanced_weights(self.numbers.tolist(), self.sizes, self.groups)
        count = sum(self.sizes)
        return np.full(count, 1 / count)
