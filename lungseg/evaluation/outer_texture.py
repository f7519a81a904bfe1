"""The finest texture of a scan outside the lungs: what tells how its pictures were made."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.pictures import informative_slices
from lungseg.preprocess.window import Window
from lungseg.scan import MaskedScan

#: Pixels from the centre to the neighbours that it is compared with.
_RADII = (1, 2, 3)

#: Neighbours; with so many, patterns that are uniform are told apart by their number of ones.
_NEIGHBOURS = 8

#: Pixels beside the lungs that are left out as well: what was done to lungs reaches so far.
_BESIDE = 7

#: Slices of a volume.
_SLICES = 16


def outer_texture(item: MaskedScan) -> NDArray[np.float64]:
    """Count local binary patterns outside the lungs, in pixels of the scan.

    Parameters
    ----------
    item : MaskedScan

    Returns
    -------
    float array of shape (30,)
        Shares of ten patterns at each of three radii. All zero where lungs leave nothing.

    References
    ----------
    Ojala et al., "Multiresolution Gray-Scale and Rotation Invariant Texture Classification with
    Local Binary Patterns", TPAMI 2002.

    Examples
    --------
    >>> import lungseg
    >>> scan, mask = lungseg.phantom(slices=2, size=96, return_mask=True)
    >>> texture = outer_texture(MaskedScan(scan, mask))
    >>> texture.shape, round(float(texture.sum()), 6)
    ((30,), 3.0)
    """
    slices, lungs = item.scan.axial(), item.mask.axial()
    totals = np.zeros((len(_RADII), _NEIGHBOURS + 2))
    for number in informative_slices(slices, item.scan.air, _SLICES, item.scan.parts):
        totals += _count(Window().apply(slices[number]), lungs[number] > 0)
    return np.ravel(totals / np.maximum(totals.sum(axis=1, keepdims=True), 1))


def _count(grey: NDArray[np.uint8], lungs: NDArray[np.bool_]) -> NDArray[np.int64]:
    from skimage.feature import local_binary_pattern

    near = np.ones((2 * _BESIDE + 1,) * 2, np.uint8)
    outside = cv2.dilate(lungs.astype(np.uint8), near) == 0
    # At the edge of the picture neighbours are missing.
    edge = max(_RADII)
    outside[:edge] = outside[-edge:] = outside[:, :edge] = outside[:, -edge:] = False
    found = (local_binary_pattern(grey, _NEIGHBOURS, radius, "uniform") for radius in _RADII)
    return np.stack(
        [np.bincount(codes[outside].astype(int), minlength=_NEIGHBOURS + 2) for codes in found]
    )
