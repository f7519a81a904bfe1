"""Marks averaged over quarter turns."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from lungseg.inference.mark import Marks

#: A volume of more slices is marked once: its neighbours hold a slice right, and its time
#: counts.
_FEW = 4


def is_few(slices: int) -> bool:
    """Say whether a scan of so many slices can be looked at more than once."""
    return slices <= _FEW


def count_turns(turns: int, slices: int) -> int:
    """Say how many turns a scan gets: with 0, four for a few slices and one for a volume.

    Examples
    --------
    >>> count_turns(0, 1), count_turns(0, 300), count_turns(2, 300)
    (4, 1, 2)
    """
    return turns or (4 if is_few(slices) else 1)


def average_turns(engine: Marks, turns: int) -> Marks:
    """Turn slices by quarters, mark them, turn the marks back and take their mean.

    Parameters
    ----------
    engine : callable
        From grey slices to probabilities, of one class or of several along a last axis.
    turns : int
        1 to 4; 2 are the slices as they are and upside down.

    Returns
    -------
    callable

    References
    ----------
    Wang et al., "Aleatoric uncertainty estimation with test-time augmentation for medical
    image segmentation", Neurocomputing 2019.

    Examples
    --------
    >>> marks = average_turns(lambda grey: grey / 255, 4)
    >>> float(marks(np.full((1, 8, 16), 255, np.uint8)).mean())
    1.0
    """
    if turns == 1:
        return engine
    quarters = (0, 2) if turns == 2 else range(turns)

    def marks(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        found = _by_quarter(engine, grey, quarters)
        back = [np.rot90(found[quarter], -quarter, axes=(1, 2)) for quarter in quarters]
        return np.asarray(sum(back[1:], back[0]) / np.float32(len(quarters)))

    return marks


def _by_quarter(
    engine: Marks, grey: NDArray[np.uint8], quarters: Iterable[int]
) -> dict[int, NDArray[np.float32]]:
    """Mark turned slices, all of one shape in one call: one slice alone keeps one core busy."""
    turned = {quarter: np.rot90(grey, quarter, axes=(1, 2)) for quarter in quarters}
    found: dict[int, NDArray[np.float32]] = {}
    for shape in {part.shape for part in turned.values()}:
        alike = [quarter for quarter, part in turned.items() if part.shape == shape]
        together = engine(np.concatenate([turned[quarter] for quarter in alike]))
        found.update(zip(alike, np.split(together, len(alike)), strict=True))
    return found
