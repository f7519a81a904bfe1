"""Fit a slice of any size into a frame without changing its proportions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.body_box import Box


@dataclass(frozen=True)
class Letterbox:
    """Scale a slice, or a box of it, into a frame, centred, with a constant border.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the slice.
    size : int or tuple of int
        Rows and columns of the frame; one number for a square.
    box : tuple of two slices, optional
        The part of the slice that is shown; all of it without.

    Examples
    --------
    >>> box = Letterbox((100, 200), 64)
    >>> square = box.apply(np.full((100, 200), 9, np.uint8))
    >>> square.shape, box.undo(square).shape, int(square[0, 0]), int(square[32, 32])
    ((64, 64), (100, 200), 0, 9)
    >>> Letterbox((100, 200), 64, (slice(0, 50), slice(0, 50))).inner
    (64, 64)
    """

    shape: tuple[int, int]
    size: int | tuple[int, int]
    box: Box | None = None

    @property
    def frame(self) -> tuple[int, int]:
        """Rows and columns of the frame."""
        return (self.size, self.size) if isinstance(self.size, int) else self.size

    @property
    def shown(self) -> tuple[int, int]:
        """Rows and columns of the part of the slice that is shown."""
        if self.box is None:
            return self.shape
        rows, columns = self.box
        return rows.stop - rows.start, columns.stop - columns.start

    @property
    def inner(self) -> tuple[int, int]:
        """Rows and columns that this part takes up in the frame."""
        frame, shown = self.frame, self.shown
        scale = min(frame[0] / shown[0], frame[1] / shown[1])
        rows, columns = (
            min(limit, max(1, round(side * scale)))
            for side, limit in zip(shown, frame, strict=True)
        )
        return rows, columns

    @property
    def corner(self) -> tuple[int, int]:
        """First row and column of this part in the frame."""
        rows, columns = self.inner
        return (self.frame[0] - rows) // 2, (self.frame[1] - columns) // 2

    def apply(self, image: NDArray[Any], *, border: int = 0, label: bool = False) -> NDArray[Any]:
        """Fit ``image``; with ``label``, values are kept as they are (nearest neighbour)."""
        rows, columns = self.inner
        part = image if self.box is None else image[self.box]
        shrinks = max(self.shown) > max(rows, columns)
        smooth = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        inside = cv2.resize(
            np.ascontiguousarray(part),
            (columns, rows),
            interpolation=cv2.INTER_NEAREST if label else smooth,
        )
        framed = np.full(self.frame, border, image.dtype)
        top, left = self.corner
        framed[top : top + rows, left : left + columns] = inside
        return framed

    def undo(self, framed: NDArray[Any], *, label: bool = False) -> NDArray[Any]:
        """Bring what was found in the frame back to the slice's own grid; 0 outside the box."""
        rows, columns = self.inner
        top, left = self.corner
        inside = np.ascontiguousarray(framed[top : top + rows, left : left + columns])
        how = cv2.INTER_NEAREST if label else cv2.INTER_LINEAR
        found = np.asarray(cv2.resize(inside, self.shown[::-1], interpolation=how))
        if self.box is None:
            return found
        whole = np.zeros(self.shape, framed.dtype)
        whole[self.box] = found
        return whole
