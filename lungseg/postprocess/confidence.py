"""How sure a mask is, from its probabilities alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def mask_confidence(probabilities: NDArray[Any], lungs: NDArray[np.bool_]) -> float:
    """Dice that the probabilities themselves expect of the mask.

    If each pixel is lung with its probability, this is the expected overlap over the
    expected sizes; 1 for probabilities that are all 0 or 1, and 0 for an empty mask.

    Parameters
    ----------
    probabilities : float array
        0 to 1.
    lungs : bool array of the same shape

    Returns
    -------
    float

    Examples
    --------
    >>> lungs = np.array([True, True, False])
    >>> mask_confidence(np.array([1.0, 1.0, 0.0]), lungs)
    1.0
    >>> round(mask_confidence(np.array([0.6, 0.6, 0.4]), lungs), 3)
    0.667
    """
    inside = float(np.sum(probabilities, where=lungs, dtype=np.float64))
    total = float(np.sum(probabilities, dtype=np.float64)) + int(lungs.sum())
    return 2 * inside / total if lungs.any() else 0.0
