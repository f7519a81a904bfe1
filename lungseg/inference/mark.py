"""From slices to probabilities of lung."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.inference.engine import Engine
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window

#: Slices that are windowed and fitted before the engine gets them: bounds the memory.
_CHUNK = 32

#: Every so-manieth slice of a volume is looked at first. Between two without lung there is
#: no lung; a volume shorter than _SHORT is looked at whole.
_STRIDE, _SHORT = 4, 32

Marks = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def mark_slices(
    slices: NDArray[Any], view: Letterbox, engine: Marks | Engine, *, threshold: float = 0.5
) -> NDArray[np.uint8]:
    """Mark the lungs in the slices of a scan.

    Parameters
    ----------
    slices : array of shape (slices, rows, columns)
        HU or display grey.
    view : Letterbox
    engine : callable
        From grey slices of the frame's shape to probabilities.
    threshold : float
        A slice without any pixel above it holds no lung.

    Returns
    -------
    uint8 array of shape (slices, frame rows, frame columns)
        Probabilities, 0 to 255: a quarter of the memory of float32.

    Examples
    --------
    >>> slices = np.zeros((40, 64, 64), np.uint8)
    >>> slices[20:30, 10:30, 10:30] = 255
    >>> marks = mark_slices(slices, Letterbox((64, 64), 32), lambda grey: grey / 255)
    >>> np.flatnonzero(marks.any(axis=(1, 2))).tolist() == list(range(20, 30))
    True
    """
    marks = np.zeros((len(slices), *view.frame), np.uint8)
    full = np.arange(len(slices))
    if len(slices) < _SHORT:
        _mark(slices, full, view, engine, marks)
        return marks
    looked = np.unique(np.append(full[::_STRIDE], full[-1]))
    _mark(slices, looked, view, engine, marks)
    seen = np.flatnonzero(marks.max(axis=(1, 2)) >= round(255 * threshold))
    near = np.unique(np.clip(seen[:, None] + np.arange(-_STRIDE, _STRIDE + 1), 0, full[-1]))
    _mark(slices, np.setdiff1d(near, looked), view, engine, marks)
    return marks


def _mark(
    slices: NDArray[Any],
    numbers: NDArray[np.intp],
    view: Letterbox,
    engine: Marks | Engine,
    marks: NDArray[np.uint8],
) -> None:
    """Mark some of the slices, chunk by chunk; slices without any contrast stay 0."""
    for start in range(0, len(numbers), _CHUNK):
        chunk = [n for n in numbers[start : start + _CHUNK] if np.ptp(slices[n][::4, ::4]) > 0]
        if chunk:
            found = engine(fit(slices, chunk, view))
            marks[chunk] = as_marks(found)


def as_marks(found: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Store probabilities as 0 to 255."""
    return np.rint(found * 255).astype(np.uint8)


def fit(
    slices: NDArray[Any], numbers: Any, view: Letterbox, window: Window | None = None
) -> NDArray[np.uint8]:
    """Window some of the slices and fit them into the frame."""
    window = window or Window()
    return np.stack([view.apply(_windowed(slices[n], view, window)) for n in numbers])


def _windowed(voxels: NDArray[Any], view: Letterbox, window: Window) -> NDArray[np.uint8]:
    # Only what is shown is windowed; the rest of the slice is never looked at.
    if view.box is None:
        return window.apply(voxels)
    grey = np.zeros(voxels.shape, np.uint8)
    grey[view.box] = window.apply(voxels[view.box])
    return grey
