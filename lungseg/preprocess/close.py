"""Closing of gaps and filling of holes that a picture's border does not disturb."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def close_gaps(mask: NDArray[np.bool_], share: float) -> NDArray[np.bool_]:
    """Close gaps in a mask that are narrower than a disk.

    Parameters
    ----------
    mask : bool array of shape (rows, columns)
        It may touch the border, as lungs do in a picture cropped to them.
    share : float
        Radius of the disk, as a share of the longer side.

    Returns
    -------
    bool array of the same shape

    Examples
    --------
    >>> mask = np.zeros((100, 100), bool)
    >>> mask[:, :48] = mask[:, 50:] = True
    >>> bool(close_gaps(mask, 0.02)[10:-10].all())
    True
    """
    radius = max(1, round(share * max(mask.shape)))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    padded = np.pad(mask.astype(np.uint8), radius)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disk)
    return np.asarray(closed[radius:-radius, radius:-radius] > 0)


def fill_small_holes(mask: NDArray[np.bool_], *, largest: float) -> NDArray[np.bool_]:
    """Fill the holes of a mask that are smaller than a number of pixels.

    Vessels and lesions are small; a larger hole is the dome of the diaphragm, or the
    mediastinum between lungs that touch in front and behind.

    Parameters
    ----------
    mask : bool array of shape (rows, columns)
    largest : float
        In pixels.

    Returns
    -------
    bool array of the same shape

    Examples
    --------
    >>> mask = np.ones((20, 20), bool)
    >>> mask[2:4, 2:4] = mask[8:16, 8:16] = False
    >>> filled = fill_small_holes(mask, largest=10)
    >>> bool(filled[2, 2]), bool(filled[9, 9])
    (True, False)
    """
    holes, count = ndimage.label(ndimage.binary_fill_holes(mask) & ~mask)
    fill = np.bincount(holes.ravel(), minlength=count + 1) < largest
    fill[0] = False
    return np.asarray(mask | fill[holes])
