"""Keep the lungs of a raw mask; drop debris, fill holes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def keep_lungs(mask: NDArray[np.bool_], *, smallest: float = 0.03) -> NDArray[np.bool_]:
    """Keep the components that may be lungs and fill their holes.

    Components are taken over slices. The largest always stays, so that the only lung of
    a single slice is never deleted.

    Parameters
    ----------
    mask : bool array of shape (slices, rows, columns)
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
    return np.stack([ndimage.binary_fill_holes(part) if part.any() else part for part in kept])
