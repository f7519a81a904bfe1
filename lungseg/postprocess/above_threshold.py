"""What is lung by its probability."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

#: How far below the threshold a wide region may lie.
_MARGIN = 0.1
#: Width from which a region is wide, as a share of the frame: five pixels of 256. The
#: slope of the probability at a sharp edge is narrower.
_WIDTH = 5 / 256


def above_threshold(marks: NDArray[np.uint8], threshold: float) -> NDArray[np.bool_]:
    """Threshold marks, and take in wide regions that fall short of it by little.

    A network doubts consolidation over whole regions, and the edge of a lung over a pixel
    or two. Of the first, what is nearly lung is taken in, beside what is lung for certain
    (hysteresis, Canny, IEEE TPAMI 1986); the edges stay where they are.

    Parameters
    ----------
    marks : uint8 array of shape (slices, rows, columns)
        Probabilities, 0 to 255.
    threshold : float
        0 to 1.

    Returns
    -------
    bool array of the same shape

    Examples
    --------
    >>> marks = np.zeros((1, 64, 64), np.uint8)
    >>> marks[0, 10:50, 10:30] = 250
    >>> marks[0, 10:50, 30:40] = 120  # wide
    >>> marks[0, 10:50, 9] = 120  # narrow
    >>> lungs = above_threshold(marks, 0.5)[0]
    >>> bool(lungs[30, 35]), bool(lungs[30, 9])
    (True, False)
    """
    lungs = marks >= np.float32(255 * threshold)
    side = max(3, round(_WIDTH * max(marks.shape[1:])) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    for part, sure in zip(marks, lungs, strict=True):
        if sure.any():
            # Nearer to the threshold than to what is surely not lung: the background of a network
            # whose last ReLU is silent there has one probability, which may be little below ½.
            least = 255 * max(threshold - _MARGIN, (float(part.min()) / 255 + threshold) / 2)
            doubtful = ((part >= least) & ~sure).astype(np.uint8)
            sure |= cv2.morphologyEx(doubtful, cv2.MORPH_OPEN, kernel) > 0
    return lungs
