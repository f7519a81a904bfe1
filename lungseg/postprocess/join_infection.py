"""Lungs that hold their infection."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from lungseg.infection_mask import InfectionMask
from lungseg.scan import LungMask


def join_infection(lungs: LungMask, infection: InfectionMask) -> LungMask:
    """Add to the lungs the infection that lies outside of them.

    A masker cuts off consolidation at the pleura. Left out of the lungs, it would be left
    out of the infected share as well, of the very patients who are most ill.

    Parameters
    ----------
    lungs : LungMask
    infection : InfectionMask
        In the same grid.

    Returns
    -------
    LungMask
        What was added has the label of the lung that is nearest in its slice.

    Examples
    --------
    >>> lungs = LungMask(np.array([[[1, 0, 0, 2]]], np.uint8))
    >>> ill = InfectionMask(np.array([[[1, 0, 2, 1]]], np.uint8))
    >>> join_infection(lungs, ill).voxels.tolist()
    [[[1, 0, 2, 2]]]
    """
    outside = infection.axial() >= 2
    labels = np.array(lungs.axial())
    outside &= labels == 0
    for index in np.flatnonzero(outside.any(axis=(1, 2))):
        part = labels[index]
        if not part.any():
            part[outside[index]] = 1
            continue
        rows, columns = ndimage.distance_transform_edt(
            part == 0, return_distances=False, return_indices=True
        )
        part[outside[index]] = part[rows, columns][outside[index]]
    return replace(lungs, voxels=np.ascontiguousarray(lungs.order.undo(labels)))
