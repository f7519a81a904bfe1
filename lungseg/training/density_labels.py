"""Lung labels for whole slices without any, from density and place alone."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lungseg.preprocess.body import body_mask

Mask = NDArray[np.bool_]

#: Display grey in the default window: about -940 HU and -400 HU. Gas in bowel and airways
#: is darker than the first, lung lies between the two (Hounsfield units of emphysema, from
#: -950, overlap with gas: such lungs are left out, not mislabelled).
_GAS, _TISSUE = 11, 110


def lungs_by_density(grey: NDArray[np.uint8]) -> Mask:
    """Label the lungs of a whole slice by threshold, body contour and components.

    The bowel, the stomach and the trachea hold gas, which is darker than lung; that is
    what tells them apart, component by component.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)
        A slice with its full field of view in the default window.

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
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0)
    labels, count = ndimage.label((smooth < _TISSUE) & body)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    lungs = np.zeros(grey.shape, bool)
    for number in range(1, count + 1):
        if sizes[number] < 0.0012 * grey.size:
            continue
        component = labels == number
        if _GAS <= _inner_median(grey, component) < 0.8 * _TISSUE:
            lungs |= component
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    closed = cv2.morphologyEx(lungs.astype(np.uint8), cv2.MORPH_CLOSE, disk)
    return np.asarray(ndimage.binary_fill_holes(closed > 0))


def _inner_median(grey: NDArray[np.uint8], component: Mask) -> float:
    """Median away from the component's edge; white where nothing but edge is there."""
    inner = cv2.erode(component.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return float(np.median(grey[inner])) if inner.sum() > 20 else 255.0
