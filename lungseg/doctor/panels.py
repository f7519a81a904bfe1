"""Whether a picture holds several slices side by side, as figures of papers do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

#: A line is air with no more of the body in it than this, and plain with no more contrast.
_BODY = 0.02
_CONTRAST = 8

#: A plain line parts slices where so much of it differs by so much from what is next to it: the
#: middle of a chest whose window is narrow is plain as well, but ends nowhere along a line.
_ABRUPT = 0.4
_STEP = 30
#: Over so many pixels a line is blurred by JPEG.
_BLUR = 3

#: A part is a slice if it is at least this share of the side, and has this share of the body of the
#: largest part: tables, arms, scales and legends have less.
_LENGTH = 0.2
_MASS = 0.3


def count_panels(grey: NDArray[np.uint8]) -> int:
    """Count the slices that lie side by side, parted by air or by a plain line.

    In a slice of a chest no line crosses the picture between the lungs without crossing the body.
    Slices that touch, with the body on either side, are not told apart.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)

    Returns
    -------
    int
        1 for a picture of one slice.

    Examples
    --------
    >>> slice_ = np.zeros((64, 64), np.uint8)
    >>> slice_[8:56, 4:60], slice_[20:44, 14:28], slice_[20:44, 34:50] = 180, 20, 20
    >>> count_panels(slice_), count_panels(np.hstack([slice_, slice_]))
    (1, 2)
    """
    low, high = np.percentile(grey, (2, 98))
    body = grey > low + 0.2 * (high - low)
    return _count_along(grey, body) * _count_along(grey.T, body.T)


def _count_along(grey: NDArray[np.uint8], body: NDArray[np.bool_]) -> int:
    """Count the parts, one above the other, that may be slices."""
    least = _LENGTH * len(grey)
    masses = np.array([body[part].sum() for part in _parts(grey, body) if len(body[part]) >= least])
    return max(1, int(np.sum(masses >= _MASS * masses.max(initial=0))))


def _parts(grey: NDArray[np.uint8], body: NDArray[np.bool_]) -> Iterator[slice]:
    """Cut rows into parts where there is air or a plain line."""
    from scipy.ndimage import find_objects, label

    lowest, highest = np.percentile(grey, (2, 98), axis=1)
    air = body.mean(axis=1) <= _BODY
    start = 0
    for (gap,) in find_objects(label(air | (highest - lowest <= _CONTRAST))[0]):
        if air[gap].any() or _is_abrupt(grey, gap):
            yield slice(start, gap.start)
            start = gap.stop
    yield slice(start, len(grey))


def _is_abrupt(grey: NDArray[np.uint8], line: slice) -> bool:
    """Tell a plain line from the middle of a body by how it ends, on both sides."""
    level = np.median(grey[line])
    beside = [row for row in (line.start - _BLUR, line.stop - 1 + _BLUR) if 0 <= row < len(grey)]
    return all(np.mean(np.abs(grey[row] - level) > _STEP) >= _ABRUPT for row in beside)
