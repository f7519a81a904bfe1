"""Lung labels for diseased pictures, from the masks of their lesions."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lungseg.preprocess.close import close_gaps, fill_small_holes
from lungseg.preprocess.dark import dark_regions

Mask = NDArray[np.bool_]


def lungs_around_lesions(
    grey: NDArray[np.uint8], lesions: Mask, *, trusted: bool = True
) -> Mask | None:
    """Build a lung label: dark parenchyma and lesions, closed and filled.

    A picture whose lesions were drawn seldom has its lungs drawn as well. What is dark
    inside the body, together with what was drawn, makes a lung label that holds the
    consolidation, which is just what a masker taught on healthy lungs leaves out.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)
        A picture of the lungs in a lung window, any way up.
    lesions : bool array of shape (rows, columns)
    trusted : bool
        Lesions were drawn by an expert and are lung wherever they lie. Otherwise only
        lesions that lie for the most part within the hull of a lung's dark part are
        taken, and a picture with much lesion elsewhere is given up.

    Returns
    -------
    bool array of shape (rows, columns), or None
        None where the result does not look like lungs: then there is nothing to learn.

    Examples
    --------
    >>> grey = np.full((100, 120), 200, np.uint8)
    >>> grey[20:80, 10:50] = grey[20:80, 70:110] = 20
    >>> grey[60:80, 10:50] = 190  # consolidation
    >>> lesions = np.zeros(grey.shape, bool)
    >>> lesions[60:80, 10:50] = True
    >>> lungs = lungs_around_lesions(grey, lesions)
    >>> bool(lungs[70, 30]), bool(lungs[50, 60])
    (True, False)
    """
    parts = dark_regions(grey)
    if not trusted:
        within = _within_hulls(lesions, parts)
        if (lesions & ~within).sum() > 0.01 * grey.size:
            return None
        lesions = within
    dark = np.any(parts, axis=0) if parts else np.zeros(grey.shape, bool)
    lungs = _close_and_fill(dark | lesions, grey)
    return lungs if _plausible(lungs) else None


def _within_hulls(lesions: Mask, parts: list[Mask]) -> Mask:
    """Keep the lesions of which most lies within the hull of a lung."""
    hulls = np.zeros(lesions.shape, bool)
    for part in parts:
        hulls |= _hull(part)
    labels, count = ndimage.label(lesions)
    inside = np.bincount(labels[hulls], minlength=count + 1)
    keep = inside >= 0.5 * np.bincount(labels.ravel(), minlength=count + 1)
    keep[0] = False
    return np.asarray(keep[labels])


def _hull(part: Mask) -> Mask:
    points = cv2.findNonZero(part.astype(np.uint8))
    filled = np.zeros(part.shape, np.uint8)
    cv2.fillConvexPoly(filled, cv2.convexHull(points), 1)
    return filled > 0


def _close_and_fill(mask: Mask, grey: NDArray[np.uint8]) -> Mask:
    closed = close_gaps(mask, 0.012)
    filled = fill_small_holes(closed, largest=0.015 * grey.size)
    labels, count = ndimage.label(filled)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    keep = sizes >= 0.01 * grey.size
    keep[0] = False
    return np.asarray(keep[labels])


def _plausible(lungs: Mask) -> bool:
    """Tell lungs from a threshold that went wrong: by area and by roundness."""
    if not 0.08 < lungs.mean() < 0.75:
        return False
    labels, count = ndimage.label(lungs)
    if count > 4:
        return False
    solid = sum(_hull(labels == number).sum() for number in range(1, count + 1))
    return float(lungs.sum() / solid) > 0.72
