"""A slice as a coarse scan shows it: few pixels, enlarged to a part of the frame."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]

# The masker enlarges a coarse scan by a whole number, and not to the full frame
# (`choose_views`): a network that never saw lungs so small and soft leaves them out.
_LONGEST = (40, 160)
_ENLARGED = (2.0, 5.0)
_LEAST = 96


def coarse(
    grey: NDArray[np.uint8], share: NDArray[np.uint8], size: int, rng: np.random.Generator
) -> Pair:
    """Bring a slice and its mask to few pixels, enlarge them, and put them into a frame.

    Parameters
    ----------
    grey, share : uint8 arrays of shape (rows, columns)
        Display grey, and the share of each pixel that is marked.
    size : int
        Side of the frame.
    rng : numpy.random.Generator

    Returns
    -------
    grey, share : uint8 arrays of shape (size, size)
        Black, and not marked, around the slice.

    Examples
    --------
    >>> grey = np.full((512, 512), 9, np.uint8)
    >>> small, share = coarse(grey, grey, 1000, np.random.default_rng(1))
    >>> small.shape, bool((small == 9).mean() < 1)
    ((1000, 1000), True)
    """
    longest = int(rng.integers(*_LONGEST, endpoint=True))
    shown = float(np.clip(longest * rng.uniform(*_ENLARGED), min(_LEAST, size), size))
    few = _scaled(grey.shape, longest)
    rows, columns = _scaled(grey.shape, shown)
    # Scanners average; who thins a scan out often does not.
    thin = cv2.INTER_AREA if rng.random() < 0.7 else cv2.INTER_LINEAR
    top, left = (int(rng.integers(size - side, endpoint=True)) for side in (rows, columns))

    def framed(image: NDArray[np.uint8], how: int) -> NDArray[np.uint8]:
        whole = np.zeros((size, size), np.uint8)
        small = cv2.resize(np.ascontiguousarray(image), few[::-1], interpolation=how)
        enlarged = cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR)
        whole[top : top + rows, left : left + columns] = enlarged
        return whole

    return framed(grey, thin), framed(share, cv2.INTER_AREA)


def _scaled(shape: tuple[Any, ...], longest: float) -> tuple[int, int]:
    rows, columns = (max(1, round(side * longest / max(shape))) for side in shape)
    return rows, columns
