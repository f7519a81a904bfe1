"""Dark regions of a picture that are not the air around the patient."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def dark_regions(grey: NDArray[np.uint8], *, least: float = 0.015) -> list[NDArray[np.bool_]]:
    """Find the large dark regions: lungs, gas, whatever is darker than Otsu's threshold.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)
        A picture in any window, any way up.
    least : float
        Share of the picture that a region must cover.

    Returns
    -------
    list of bool arrays of shape (rows, columns)
        Without what reaches into a corner: that is air around the patient.

    References
    ----------
    Otsu, "A Threshold Selection Method from Gray-Level Histograms", IEEE Trans. SMC 1979.

    Examples
    --------
    >>> grey = np.full((100, 120), 200, np.uint8)
    >>> grey[20:80, 10:50] = grey[20:80, 70:110] = 20
    >>> grey[:5] = 0
    >>> [int(region.sum()) for region in dark_regions(grey)]
    [2400, 2400]
    """
    smooth = cv2.GaussianBlur(grey, (0, 0), max(grey.shape) / 300)
    # Pure black around the field of view would pull the threshold down.
    shown = smooth[grey > 0]
    if shown.size < grey.size / 10 or shown.min() == shown.max():
        return []
    threshold, _ = cv2.threshold(shown, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    labels, count = ndimage.label(smooth <= threshold)
    outside = {int(labels[corner]) for corner in _corners(grey.shape)}
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    return [
        labels == number
        for number in range(1, count + 1)
        if number not in outside and sizes[number] >= least * grey.size
    ]


def _corners(shape: tuple[int, ...]) -> list[tuple[int, int]]:
    rows, columns = (2, shape[0] - 3), (2, shape[1] - 3)
    return [(row, column) for row in rows for column in columns]
