"""Lungs without a network: what a masker falls back on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lungseg.preprocess.body import body_mask
from lungseg.preprocess.close import close_gaps
from lungseg.preprocess.dark import dark_regions
from lungseg.preprocess.window import Window


def classical_lungs(slices: NDArray[Any]) -> NDArray[np.bool_]:
    """Find lungs by threshold, body contour and components, slice by slice.

    It needs no weights and knows no disease: what is dense is left out.

    Parameters
    ----------
    slices : array of shape (slices, rows, columns)
        HU or display grey.

    Returns
    -------
    bool array of the same shape

    Examples
    --------
    >>> import lungseg
    >>> scan, truth = lungseg.phantom(1, 128, opacities=0, return_mask=True)
    >>> from lungseg.evaluation.dice import dice
    >>> dice(classical_lungs(scan.axial()), truth.axial()) > 0.9
    True
    """
    window = Window()
    return np.stack([_of_slice(window.apply(part)) for part in slices])


def _of_slice(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    body = body_mask(grey)
    regions = dark_regions(grey)
    # In a picture cropped to the lungs no contour is closed, and all that is dark counts.
    if body.mean() > 0.3:
        regions = [region for region in regions if body[region].mean() > 0.8]
    found = np.zeros(grey.shape, bool)
    for region in regions:
        found |= region
    return np.asarray(ndimage.binary_fill_holes(close_gaps(found, 0.01)))
