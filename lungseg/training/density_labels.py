"""Lung labels for whole slices without any, from density and place alone."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lungseg.preprocess.body import body_mask
from lungseg.preprocess.close import close_gaps, fill_small_holes

Mask = NDArray[np.bool_]

#: Display grey in the default window: about -940 HU and -310 HU. Gas in bowel and airways
#: is darker than the first, lung lies between the two. The second, and the radius of
#: closing, come near to the labels of kmader_lungs' training slices; at -400 HU labels
#: are 2 % too small (benchmarks/edges.py).
_GAS, _TISSUE = 11, 125
#: The middle of a lung is darker than this (about -520 HU); denser components are fat.
_LUNG = 88
_RADIUS = 0.012
#: A twentieth of a lung with emphysema, itself as dark as gas, is as bright as this.
_VESSELS = 25


def lungs_by_density(
    grey: NDArray[np.uint8], *, tissue: int = _TISSUE, radius: float = _RADIUS
) -> Mask:
    """Label the lungs of a whole slice by threshold, body contour and components.

    The bowel, the stomach and the trachea hold gas, which is darker than lung; that is
    what tells them apart, component by component.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)
        A slice with its full field of view in the default window.
    tissue : int
        Grey from which it is no longer lung.
    radius : float
        Of the closing, as a share of the longer side.

    Returns
    -------
    bool array of shape (rows, columns)
        All False where nothing has the density of lung.

    Examples
    --------
    >>> grey = np.full((120, 160), 0, np.uint8)
    >>> grey[20:100, 20:140] = 190
    >>> grey[30:80, 30:60] = 25  # lung
    >>> grey[40:60, 100:120] = 2  # gas
    >>> lungs = lungs_by_density(grey)
    >>> bool(lungs[50, 45]), bool(lungs[50, 110])
    (True, False)
    """
    body = cv2.erode(body_mask(grey).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.7)
    labels, count = ndimage.label((smooth < tissue) & body)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    lungs = np.zeros(grey.shape, bool)
    for number in range(1, count + 1):
        if sizes[number] < 0.0012 * grey.size:
            continue
        component = labels == number
        if _is_lung(grey, component):
            lungs |= component
    return np.asarray(fill_small_holes(close_gaps(lungs, radius), largest=0.015 * grey.size))


def _is_lung(grey: NDArray[np.uint8], component: Mask) -> bool:
    """Judge a component by its inside: gas is black throughout, lung has vessels in it."""
    inner = cv2.erode(component.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if inner.sum() <= 20:
        return False
    middle, bright = np.quantile(grey[inner], (0.5, 0.95))
    emphysema = inner.mean() > 0.02 and bright >= _VESSELS
    return bool(middle < _LUNG and (middle >= _GAS or emphysema))
