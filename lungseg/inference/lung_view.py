"""The part of the slices that holds the lungs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.body_box import Box
from lungseg.preprocess.crop import bounding_box

#: Left around the lungs, as a share of their box: a masker that misses an edge must not
#: cut off the infection there.
_MARGIN = 0.08


def lung_box(lungs: NDArray[Any]) -> Box:
    """Find the box around the lungs of all slices, with a margin.

    Parameters
    ----------
    lungs : array of shape (slices, rows, columns)
        Whatever is not 0 is lung.

    Returns
    -------
    tuple of two slices
        The whole slice where there is no lung.

    Examples
    --------
    >>> lungs = np.zeros((1, 100, 100), bool)
    >>> lungs[0, 20:70, 10:60] = True
    >>> lung_box(lungs)
    (slice(16, 74, None), slice(6, 64, None))
    """
    rows, columns = bounding_box(np.asarray(lungs.any(axis=0)), margin=_MARGIN)
    return rows, columns
