"""A box that is cut out of an array, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.geometry import AxialOrder

Box3 = tuple[slice, ...]


@dataclass(frozen=True)
class Cut:
    """Cut a box out of a scan's array, and put it back exactly.

    Parameters
    ----------
    shape : tuple of int
        Of the whole array.
    box : tuple of 3 slices
        One for each axis of the array.
    order : AxialOrder
        Of the whole array.

    Examples
    --------
    >>> cut = Cut((4, 8, 8), (slice(1, 3), slice(2, 6), slice(0, 8)))
    >>> marks = cut.restore(np.ones((2, 4, 8), np.uint8))
    >>> marks.shape, int(marks.sum()), cut.slice_of(0)
    ((4, 8, 8), 64, 1)
    """

    shape: tuple[int, int, int]
    box: Box3
    order: AxialOrder = field(default_factory=AxialOrder)

    def restore(self, array: NDArray[Any]) -> NDArray[Any]:
        """Put what was found in the box where the box lies; 0 around it."""
        whole = np.zeros(self.shape, array.dtype)
        whole[self.box] = array
        return whole

    def slice_of(self, number: int) -> int:
        """Tell which axial slice of the whole array a slice of the box is."""
        axis = self.order.axes[0]
        side = self.box[axis]
        before = self.shape[axis] - side.stop if self.order.flips[0] else side.start
        return int(before) + number
