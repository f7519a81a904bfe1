"""What is done to the grey values of a slice before a segmenter sees it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.equalise import equalise
from lungseg.preprocess.standardised import standardised


def adjust_contrast(
    grey: NDArray[np.uint8], clahe: float = 0.0, standardise: bool = False
) -> NDArray[np.uint8]:
    """Equalise a slice, standardise it, both, or neither.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)
    clahe : float
        Clip limit of `equalise`; 0 for none.
    standardise : bool
        Whether the slice is brought to one mean and deviation; see `standardised`.

    Returns
    -------
    uint8 array of the same shape

    Examples
    --------
    >>> slope = np.tile(np.arange(100, 132, dtype=np.uint8), (32, 1))
    >>> adjust_contrast(slope) is slope, int(adjust_contrast(slope, standardise=True).max())
    (True, 199)
    """
    if clahe:
        grey = equalise(grey, clahe)
    return standardised(grey) if standardise else grey
