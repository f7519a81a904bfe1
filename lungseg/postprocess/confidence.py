"""How sure a mask is, from its probabilities alone."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from lungseg.evaluation.dice import dice

#: How far the threshold is moved to either side.
_OFFSET = 0.1


def mask_confidence(probabilities: NDArray[Any], threshold: float = 0.5) -> float:
    """Dice of the mask of a lower threshold with that of a higher one.

    A mask that hardly changes as its threshold moves has sharp edges and no region in
    doubt.

    Parameters
    ----------
    probabilities : float array
        0 to 1, of the whole scan.
    threshold : float

    Returns
    -------
    float
        0 to 1; 0 for a mask that is empty.

    References
    ----------
    Kirillov et al., "Segment Anything", ICCV 2023: the stability score.

    Examples
    --------
    >>> import numpy as np
    >>> mask_confidence(np.array([0.9, 0.9, 0.1])), mask_confidence(np.array([0.9, 0.45, 0.45]))
    (1.0, 0.5)
    """
    strict = probabilities >= threshold + _OFFSET
    if not strict.any():
        return 0.0
    return dice(probabilities >= threshold - _OFFSET, strict)
