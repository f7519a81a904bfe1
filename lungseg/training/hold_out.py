"""Keep some patients aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def hold_out(groups: Sequence[Any], fraction: float, seed: int = 0) -> tuple[list[int], list[int]]:
    """Split samples in two so that no group is on both sides.

    Parameters
    ----------
    groups : sequence
        Patient of each sample.
    fraction : float
        Share of the groups that is kept aside, one at least.
    seed : int

    Returns
    -------
    keep, aside : list of int
        Indices of the samples.

    Raises
    ------
    ValueError
        If nothing would be left to keep.

    Examples
    --------
    >>> hold_out(["a", "a", "b", "c"], 0.3)
    ([0, 1, 2], [3])
    """
    names = sorted(set(groups), key=str)
    count = max(1, round(fraction * len(names)))
    if count >= len(names):
        raise ValueError(
            f"{len(names)} group(s) cannot be split with {fraction:g} of them kept aside; "
            "give more groups or a smaller fraction"
        )
    chosen = np.random.default_rng(seed).permutation(len(names))[:count]
    aside = {names[i] for i in chosen}
    indices = range(len(groups))
    return (
        [i for i in indices if groups[i] not in aside],
        [i for i in indices if groups[i] in aside],
    )
