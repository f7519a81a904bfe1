"""Mean 0 and deviation 1, as display grey."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def standardised(grey: NDArray[np.uint8], limit: float = 3.0) -> NDArray[np.uint8]:
    """Bring a slice to a mean of 127.5, and ``limit`` standard deviations to 0 and 255.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)
    limit : float
        Standard deviations beyond which values are cut off.

    Returns
    -------
    uint8 array of the same shape
        Black where the slice has no contrast.

    Examples
    --------
    >>> standardised(np.array([[100, 120]], np.uint8), limit=2).tolist()
    [[64, 191]]
    """
    values = grey.astype(np.float32)
    spread = float(values.std())
    if spread < 1:
        # The noise of empty air would fill the whole range.
        return np.zeros(grey.shape, np.uint8)
    scaled = 127.5 * (1 + (values - values.mean()) / (limit * spread))
    return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
