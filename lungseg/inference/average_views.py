"""Marks averaged over frames of several sizes."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.letterbox import Letterbox


def average_views(
    marks: Sequence[NDArray[np.uint8]], views: Sequence[Letterbox]
) -> NDArray[np.uint8]:
    """Bring marks of the same slices to the first of their frames, and take their mean.

    Parameters
    ----------
    marks : sequence of uint8 arrays of shape (slices, frame rows, frame columns)
        Probabilities, 0 to 255, as `lungseg.inference.mark.mark_slices` gives them.
    views : sequence of Letterbox
        In which each was found; all show the same part of the slices.

    Returns
    -------
    uint8 array of the shape of the first
        On its border, where no slice is shown, what it was.

    Examples
    --------
    >>> views = [Letterbox((64, 64), 32), Letterbox((64, 64), 48)]
    >>> marks = [np.full((1, *view.frame), 4 * view.size, np.uint8) for view in views]
    >>> int(average_views(marks, views)[0, 16, 16]) == (4 * 32 + 4 * 48) / 2
    True
    """
    first, view = marks[0], views[0]
    if len(views) == 1:
        return first
    mean = first.copy()
    inner = _inner(view)
    for index, part in enumerate(first):
        total = part[inner].astype(np.float32)
        for other, seen in zip(marks[1:], views[1:], strict=True):
            total += _resized(other[index][_inner(seen)], view.inner)
        mean[index][inner] = np.rint(total / np.float32(len(views)))
    return mean


def _inner(view: Letterbox) -> tuple[slice, slice]:
    """Find where in the frame the slice is: borders of two frames differ, by rounding too."""
    (top, left), (rows, columns) = view.corner, view.inner
    return slice(top, top + rows), slice(left, left + columns)


def _resized(marks: NDArray[np.uint8], inner: tuple[int, int]) -> NDArray[np.float32]:
    probabilities = np.ascontiguousarray(marks, np.float32)
    return np.asarray(cv2.resize(probabilities, inner[::-1], interpolation=cv2.INTER_LINEAR))
