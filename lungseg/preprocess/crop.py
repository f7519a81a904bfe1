"""Crop to what is marked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def bounding_box(
    mask: NDArray[np.bool_], *, margin: float = 0.0, axes: tuple[int, ...] | None = None
) -> tuple[slice, ...]:
    """Find the box around everything that is marked.

    Parameters
    ----------
    mask : bool array
    margin : float
        Added on each side, as a share of the box's own length along that axis.
    axes : tuple of int, optional
        Axes that the margin applies to; all of them without it.

    Returns
    -------
    tuple of slice
        One for each axis; the whole array where nothing is marked.

    Examples
    --------
    >>> mask = np.zeros((10, 10), bool)
    >>> mask[2:4, 5:9] = True
    >>> bounding_box(mask)
    (slice(2, 4, None), slice(5, 9, None))
    """
    if not mask.any():
        return tuple(slice(0, length) for length in mask.shape)
    box = []
    for axis in range(mask.ndim):
        others = tuple(a for a in range(mask.ndim) if a != axis)
        where = np.flatnonzero(mask.any(axis=others))
        low, high = int(where[0]), int(where[-1]) + 1
        extra = round(margin * (high - low)) if axes is None or axis in axes else 0
        box.append(slice(max(0, low - extra), min(mask.shape[axis], high + extra)))
    return tuple(box)
