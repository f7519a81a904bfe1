"""Fit a slice of any size into a square without changing its proportions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Letterbox:
    """Scale a slice into a square, centred, with a constant border.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the slice.
    size : int
        Side of the square.

    Examples
    --------
    >>> box = Letterbox((100, 200), 64)
    >>> square = box.apply(np.full((100, 200), 9, np.uint8))
    >>> square.shape, box.undo(square).shape, int(square[0, 0]), int(square[32, 32])
    ((64, 64), (100, 200), 0, 9)
    """

    shape: tuple[int, int]
    size: int

    @property
    def inner(self) -> tuple[int, int]:
        """Rows and columns that the slice takes up in the square."""
        scale = self.size / max(self.shape)
        rows, columns = (max(1, round(side * scale)) for side in self.shape)
        return rows, columns

    @property
    def corner(self) -> tuple[int, int]:
        """First row and column of the slice in the square."""
        rows, columns = self.inner
        return (self.size - rows) // 2, (self.size - columns) // 2

    def apply(self, image: NDArray[Any], *, border: int = 0, label: bool = False) -> NDArray[Any]:
        """Fit ``image``; with ``label``, values are kept as they are (nearest neighbour)."""
        rows, columns = self.inner
        shrinks = max(self.shape) > self.size
        smooth = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        inside = cv2.resize(
            np.ascontiguousarray(image),
            (columns, rows),
            interpolation=cv2.INTER_NEAREST if label else smooth,
        )
        square = np.full((self.size, self.size), border, image.dtype)
        top, left = self.corner
        square[top : top + rows, left : left + columns] = inside
        return square

    def undo(self, square: NDArray[Any], *, label: bool = False) -> NDArray[Any]:
        """Bring what was found in the square back to the slice's own grid."""
        rows, columns = self.inner
        top, left = self.corner
        inside = np.ascontiguousarray(square[top : top + rows, left : left + columns])
        how = cv2.INTER_NEAREST if label else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(inside, self.shape[::-1], interpolation=how))
