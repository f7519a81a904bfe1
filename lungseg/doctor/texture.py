"""How neighbouring pixels of a slice belong together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def torn_share(grey: NDArray[Any]) -> float:
    """Share of neighbours along the rows that differ by most of the 8-bit range.

    Examples
    --------
    >>> torn_share(np.array([[0, 250, 10, 20]], np.uint8))
    0.6666666666666666
    """
    return float(np.mean(np.abs(np.diff(grey.astype(np.int16), axis=1)) > 160))


def neighbour_correlation(grey: NDArray[Any]) -> float:
    """Correlation of each pixel with the next one of its row; 1 where all are alike.

    Examples
    --------
    >>> round(neighbour_correlation(np.tile(np.arange(64), (2, 1))), 3)
    1.0
    """
    left, right = grey[:, :-1].astype(np.float64).ravel(), grey[:, 1:].astype(np.float64).ravel()
    spread = float(left.std() * right.std())
    if spread == 0:
        return 1.0
    return float(np.mean((left - left.mean()) * (right - right.mean())) / spread)
