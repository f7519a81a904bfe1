"""Count voxels by slice, side and class, without a copy of the scan."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lungseg.quantify import bands


class Tally(NamedTuple):
    """What was counted.

    Parameters
    ----------
    voxels : int64 array of shape (slices, 3, classes)
        By axial slice, label of the lung mask and class of the infection mask.
    bands : int64 array of shape (5,)
        Lung voxels in each band of HU; all 0 where the scan is not in HU.
    total : int
        Sum of the HU of all lung voxels.
    """

    voxels: NDArray[np.int64]
    bands: NDArray[np.int64]
    total: int


def tally(
    slices: NDArray[Any], labels: NDArray[np.uint8], infection: NDArray[np.uint8], *, hu: bool
) -> Tally:
    """Count slice by slice, so that the memory does not grow with the scan.

    Parameters
    ----------
    slices : array of shape (slices, rows, columns)
        Axial slices.
    labels : uint8 array of the same shape
        0 background, 1 right lung, 2 left lung.
    infection : uint8 array of the same shape
        Class numbers.
    hu : bool
        Whether the slices are in HU.

    Returns
    -------
    Tally

    Examples
    --------
    >>> lungs = np.array([[[0, 1, 2, 2]]], np.uint8)
    >>> found = tally(np.full((1, 1, 4), -800), lungs, 2 * (lungs == 2), hu=True)
    >>> found.voxels[0].tolist(), found.total
    ([[1, 0, 0], [1, 0, 0], [0, 0, 2]], -2400)
    """
    classes = max(3, int(infection.max(initial=0)) + 1)
    voxels = np.zeros((len(slices), 3, classes), np.int64)
    histogram = np.zeros(len(bands.NAMES), np.int64)
    total = 0
    for index, (values, sides, kinds) in enumerate(zip(slices, labels, infection, strict=True)):
        codes = sides.astype(np.int16) * classes + kinds
        voxels[index] = np.bincount(codes.ravel(), minlength=3 * classes).reshape(3, classes)
        if hu:
            inside = values[sides > 0]
            histogram += bands.count(inside)
            total += int(inside.sum(dtype=np.int64))
    return Tally(voxels, histogram, total)
