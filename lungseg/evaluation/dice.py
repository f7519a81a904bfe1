"""Overlap of two masks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def dice(a: ArrayLike, b: ArrayLike) -> float:
    """Dice coefficient of two masks; whatever is not 0 is marked.

    Parameters
    ----------
    a, b : arrays of one shape

    Returns
    -------
    float
        0 to 1; two empty masks agree: 1.

    Raises
    ------
    ValueError
        If the shapes differ.

    References
    ----------
    Dice, "Measures of the Amount of Ecologic Association Between Species", Ecology 1945.

    Examples
    --------
    >>> dice([1, 1, 0, 0], [0, 1, 1, 0])
    0.5
    """
    first, second = _pair(a, b)
    total = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / total if total else 1.0


def jaccard(a: ArrayLike, b: ArrayLike) -> float:
    """Jaccard index (intersection over union) of two masks; see `dice`.

    Examples
    --------
    >>> jaccard([1, 1, 0, 0], [0, 1, 1, 0]) == 1 / 3
    True
    """
    overlap = dice(a, b)
    return overlap / (2 - overlap)


def _pair(a: ArrayLike, b: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    first, second = np.asarray(a) != 0, np.asarray(b) != 0
    if first.shape != second.shape:
        raise ValueError(f"masks must have one shape, got {first.shape} and {second.shape}")
    return first, second
