"""Infection that reaches beyond the lung mask."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

#: Probability from which neighbouring pixels are one region.
_LEVEL = 0.25

#: Of a region, the share that must lie in the lungs.
_SHARE = 0.25


def reach_beyond(
    allowed: NDArray[np.bool_], infection: NDArray[np.float32], *, most: float
) -> NDArray[np.bool_]:
    """Add to the lungs the regions of infection that begin in them.

    A masker cuts dense consolidation off, and a lung consolidated as a whole it misses in
    great part. What the network sees as one region with infection in the lungs is taken for
    lung as well; what merely touches them is not. What lies far from them is chest wall, which
    looks like consolidation where the window is narrow.

    Parameters
    ----------
    allowed : bool array of shape (rows, columns)
        Where infection may lie by the lung mask.
    infection : float array of the same shape
        Probabilities.
    most : float
        How far from the lungs, in pixels.

    Returns
    -------
    bool array of the same shape

    Examples
    --------
    >>> lungs = np.array([[True, True, False, False, False]])
    >>> seen = np.array([[0.1, 0.9, 0.8, 0.0, 0.9]], np.float32)
    >>> reach_beyond(lungs, seen, most=3).tolist()
    [[True, True, True, False, False]]
    """
    regions = (infection >= _LEVEL).astype(np.uint8)
    if not (regions.astype(bool) & ~allowed).any():
        return allowed
    count, labels = cv2.connectedComponents(regions, connectivity=8)
    area = np.bincount(labels.ravel(), minlength=count)
    inside = np.bincount(labels[allowed], minlength=count)
    held = inside >= _SHARE * area
    held[0] = False  # what is no region
    distance = cv2.distanceTransform((~allowed).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(allowed | (held[labels] & (distance <= most)))
