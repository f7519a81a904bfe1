"""Contrast-limited adaptive histogram equalisation."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def equalise(grey: NDArray[np.uint8], clip: float = 3.0, tiles: int = 8) -> NDArray[np.uint8]:
    """Spread the grey values of a slice, tile by tile.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)
    clip : float
        Limit of the contrast, as a multiple of an even histogram.
    tiles : int
        Along each side.

    Returns
    -------
    uint8 array of the same shape

    References
    ----------
    Zuiderveld, "Contrast Limited Adaptive Histogram Equalization", Graphics Gems IV, 1994.

    Examples
    --------
    >>> flat = np.tile(np.arange(100, 132, dtype=np.uint8), (32, 1))
    >>> bool(np.ptp(equalise(flat)) > np.ptp(flat))
    True
    """
    return np.asarray(cv2.createCLAHE(clip, (tiles, tiles)).apply(grey))
