"""Slices put together of pieces of other slices, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.geometry import AxialOrder
from lungseg.preprocess.body_box import Box


@dataclass(frozen=True)
class Piece:
    """Part of a slice, and where it is shown.

    Parameters
    ----------
    number : int
        Of the slice that is made.
    box : tuple of two slices
        Rows and columns that are taken.
    place : tuple of two slices
        Rows and columns in which they are shown.
    """

    number: int
    box: Box
    place: Box


@dataclass(frozen=True)
class Pieces:
    """Make axial slices of pieces of a scan's axial slices, and bring pieces back.

    Pieces that are shown in another size are enlarged or shrunk; all others come back
    exactly.

    Parameters
    ----------
    shape : tuple of int
        Of the scan's array.
    order : AxialOrder
        Of the scan's array.
    frame : tuple of int
        Rows and columns of the slices that are made.
    numbers : tuple of int
        For each of them the axial slice of the scan it is made of.
    pieces : tuple of Piece

    Examples
    --------
    >>> halves = [(slice(0, 2), slice(0, 2)), (slice(0, 2), slice(2, 4))]
    >>> frame = (slice(0, 2), slice(0, 2))
    >>> pieces = tuple(Piece(n, half, frame) for n, half in enumerate(halves))
    >>> way = Pieces((1, 2, 4), AxialOrder(), (2, 2), (0, 0), pieces)
    >>> picture = np.arange(8).reshape(1, 2, 4)
    >>> way.apply(picture).tolist()
    [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]
    >>> bool((way.restore(way.apply(picture)) == picture).all())
    True
    """

    shape: tuple[int, int, int]
    order: AxialOrder
    frame: tuple[int, int]
    numbers: tuple[int, ...]
    pieces: tuple[Piece, ...]

    def apply(self, array: NDArray[Any], *, fill: int = 0, label: bool = False) -> NDArray[Any]:
        """Make the slices of an array; ``fill`` stands where no piece is shown.

        With ``label``, values are kept as they are (nearest neighbour).
        """
        slices = self.order.apply(array)
        made = np.full((len(self.numbers), *self.frame), fill, array.dtype)
        for piece in self.pieces:
            part = slices[self.numbers[piece.number]][piece.box]
            made[piece.number][piece.place] = resize(part, _size(piece.place), label=label)
        return made

    def restore(self, made: NDArray[Any]) -> NDArray[Any]:
        """Bring what was found in the slices back to the array's own grid; 0 elsewhere.

        Where pieces overlap, the larger of two labels stands, and the mean of floats.
        """
        label = not np.issubdtype(made.dtype, np.floating)
        whole = np.zeros(self.shape, made.dtype)
        slices: NDArray[Any] = self.order.apply(whole)
        times = np.zeros(slices.shape, np.uint8)
        for piece in self.pieces:
            number = self.numbers[piece.number]
            part = resize(made[piece.number][piece.place], _size(piece.box), label=label)
            shown, before = slices[number][piece.box], times[number][piece.box]
            if label:
                np.copyto(shown, np.where(before > 0, np.maximum(shown, part), part))
            else:
                np.add(shown, part, out=shown)
            before += 1
        if not label:
            np.divide(slices, times, out=slices, where=times > 1)
        return whole

    def slice_of(self, number: int) -> int:
        """Tell which axial slice of the scan a slice was made of."""
        return self.numbers[number]


def resize(part: NDArray[Any], size: tuple[int, int], *, label: bool) -> NDArray[Any]:
    """Bring a part of a slice to another size; as it is where it has that size.

    Examples
    --------
    >>> resize(np.array([[1, 2]]), (2, 4), label=True).tolist()
    [[1, 1, 2, 2], [1, 1, 2, 2]]
    """
    if part.shape == size:
        return part
    if label:
        rows, columns = (
            ((np.arange(wanted) + 0.5) * given / wanted).astype(np.intp)
            for wanted, given in zip(size, part.shape, strict=True)
        )
        return part[np.ix_(rows, columns)]
    shrinks = part.shape[0] * part.shape[1] > size[0] * size[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(part), size[::-1], interpolation=how))


def _size(box: Box) -> tuple[int, int]:
    rows, columns = box
    return rows.stop - rows.start, columns.stop - columns.start
