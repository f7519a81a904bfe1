"""Keep the lungs of a raw mask; drop debris, fill holes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lungseg.postprocess.fill_holes import fill_holes


def keep_lungs(
    mask: NDArray[np.bool_], marks: NDArray[np.uint8] | None = None, *, smallest: float = 0.03
) -> NDArray[np.bool_]:
    """Keep the components that may be lungs and fill their holes.

    Components are taken over slices. The largest always stays, so that the only lung of
    a single slice is never deleted.

    Parameters
    ----------
    mask : bool array of shape (slices, rows, columns)
    marks : uint8 array of the same shape, optional
        Probabilities of lung, 0 to 255. With them a hole that is surely not lung stays open; see
        `fill_holes`.
    smallest : float
        A component smaller than this share of the largest is debris.

    Returns
    -------
    bool array of the same shape

    Examples
    --------
    >>> mask = np.zeros((1, 32, 32), bool)
    >>> mask[0, 4:20, 4:20] = True
    >>> mask[0, 10, 10] = False
    >>> mask[0, 30, 30] = True
    >>> int(keep_lungs(mask).sum()) == 16 * 16
    True
    """
    if not mask.any():
        return mask
    labels, count = ndimage.label(mask)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    kept = (sizes >= smallest * sizes.max())[labels]
    # Vessels and lesions are holes within a slice; over slices they lead outside.
    for index in np.flatnonzero(kept.any(axis=(1, 2))):
        kept[index] = fill_holes(kept[index], None if marks is None else marks[index])
    return kept
