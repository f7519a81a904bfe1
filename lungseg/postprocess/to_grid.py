"""From marks in a network's frame to a mask in the scan's own grid."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.letterbox import Letterbox


def to_grid(
    view: Letterbox,
    marks: NDArray[np.uint8],
    lungs: NDArray[np.bool_],
    sides: NDArray[np.uint8],
    threshold: float,
) -> NDArray[np.uint8]:
    """Bring one slice back to its own grid, with the contour as fine as that grid.

    Parameters
    ----------
    view : Letterbox
    marks : uint8 array of the frame's shape
        Probabilities of lung, 0 to 255.
    lungs : bool array of the frame's shape
        What was kept of them, holes filled.
    sides : uint8 array of the frame's shape
        1 right, 2 left, 0 elsewhere.
    threshold : float

    Returns
    -------
    uint8 array of the slice's shape
        0 background, 1 right, 2 left.

    Examples
    --------
    >>> marks = np.zeros((16, 16), np.uint8)
    >>> marks[4:12, 4:12] = 255
    >>> mask = to_grid(Letterbox((32, 32), 16), marks, marks > 0, (marks > 0) * np.uint8(2), 0.5)
    >>> int(mask.max()), int((mask > 0).sum())
    (2, 256)
    """
    if not lungs.any():
        return np.zeros(view.shape, np.uint8)
    near = cv2.dilate(lungs.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    kept = np.where(near, marks, 0).astype(np.float32) / np.float32(255)
    kept[lungs & (kept < threshold)] = 1  # a hole that was filled
    inside = view.undo(kept) >= threshold
    grown = np.where(sides > 0, sides, cv2.dilate(sides, np.ones((5, 5), np.uint8)))
    return np.where(inside, np.maximum(view.undo(grown, label=True), 1), 0).astype(np.uint8)
