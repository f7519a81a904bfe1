"""The body's contour in a slice of display grey."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def body_mask(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Find the patient: the largest bright component, its holes filled.

    Taken from the picture alone, never from a lung mask, so that it can be made for a
    new scan as it was for training.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)
        A slice after `Window.apply`.

    Returns
    -------
    bool array of shape (rows, columns)
        All False for a picture without contrast.

    Examples
    --------
    >>> grey = np.zeros((64, 64), np.uint8)
    >>> grey[8:56, 8:56] = 180
    >>> grey[20:40, 20:30] = 10
    >>> int(body_mask(grey).sum()) == 48 * 48
    True
    """
    if grey.min() == grey.max():
        return np.zeros(grey.shape, bool)
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    bright = (grey > threshold).astype(np.uint8)
    # The table is a thin line: opening cuts it off from the patient.
    side = max(3, 2 * (min(grey.shape) // 100) + 1)
    opened = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    if count < 2:
        return np.zeros(grey.shape, bool)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return np.asarray(ndimage.binary_fill_holes(labels == largest))
