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
    holes, sizes = label_holes(mask)
    fill = sizes < largest
    fill[0] = False
    return np.asarray(mask | fill[holes])


def label_holes(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Tell the holes of a mask apart, by number.

    Parameters
    ----------
    mask : bool array of shape (rows, columns)

    Returns
    -------
    holes : int array of the same shape
        From 1; 0 where there is no hole.
    sizes : int array of shape (holes + 1,)
        In pixels, by number; the first is what is no hole.

    Examples
    --------
    >>> mask = np.ones((20, 20), bool)
    >>> mask[2:4, 2:4] = mask[8:16, 8:16] = False
    >>> holes, sizes = label_holes(mask)
    >>> int(holes[2, 2]), int(holes[9, 9]), sizes.tolist()
    (1, 2, [332, 4, 64])
    """
    holes, count = ndimage.label(ndimage.binary_fill_holes(mask) & ~mask)
    return holes, np.bincount(holes.ravel(), minlength=count + 1)
