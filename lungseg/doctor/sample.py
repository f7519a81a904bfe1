"""A sample of a scan's values: enough to judge them, and quick."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: About a quarter of a million values.
_MOST = (16, 128, 128)


def sample_of(values: NDArray[Any]) -> NDArray[np.float64]:
    """Take values from all over a scan.

    Parameters
    ----------
    values : array of shape (slices, rows, columns)

    Examples
    --------
    >>> sample_of(np.zeros((300, 512, 512), np.int16)).shape
    (17, 128, 128)
    """
    steps = [max(1, length // most) for length, most in zip(values.shape, _MOST, strict=True)]
    return np.asarray(values[:: steps[0], :: steps[1], :: steps[2]], np.float64)
