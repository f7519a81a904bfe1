"""Morphological closing that a picture's border does not disturb."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


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
