"""How often each picture is drawn, so that no class and no patient outweighs another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def balanced_weights(
    numbers: Sequence[int], sizes: Sequence[int], groups: Sequence[Any] | None = None
) -> NDArray[np.float64]:
    """Share of the draws of each picture: equal for classes, and for the patients of one.

    Parameters
    ----------
    numbers : sequence of int
        Class of each scan.
    sizes : sequence of int
        Pictures of each scan.
    groups : sequence, optional
        Patient of each scan; without it each scan is a patient.

    Returns
    -------
    float array of shape (pictures,)
        Sums to 1. A patient with scans of two classes counts in both.

    Examples
    --------
    >>> balanced_weights([0, 0, 1], [2, 1, 1], ["a", "b", "c"]).tolist()
    [0.125, 0.125, 0.25, 0.5]
    """
    owners = list(range(len(numbers))) if groups is None else list(groups)
    cells = list(zip(numbers, owners, strict=True))
    pictures: Counter[tuple[int, Any]] = Counter()
    for cell, size in zip(cells, sizes, strict=True):
        pictures[cell] += size
    patients = Counter(number for number, _ in pictures)
    shares = [1 / (len(patients) * patients[cell[0]] * pictures[cell]) for cell in cells]
    return np.repeat(shares, sizes)


def draw(weights: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw as many pictures as there are, in random order.

    Evenly spaced along the sum of the weights, so that each is drawn as often as its
    weight says, up to one.

    Parameters
    ----------
    weights : float array of shape (pictures,)
        Sums to 1.
    rng : numpy.random.Generator

    Returns
    -------
    int array of shape (pictures,)

    References
    ----------
    Kitagawa, "Monte Carlo Filter and Smoother for Non-Gaussian Nonlinear State Space
    Models", JCGS 1996 (systematic resampling).

    Examples
    --------
    >>> np.bincount(draw(np.array([0.75, 0.25, 0, 0]), np.random.default_rng(0))).tolist()
    [3, 1]
    """
    count = len(weights)
    # The same places always would draw the same of the seldom ones.
    order = rng.permutation(count)
    places = (np.arange(count) + rng.random()) / count
    found = np.searchsorted(np.cumsum(weights[order]), places, side="right")
    return rng.permutation(order[np.minimum(found, count - 1)])
