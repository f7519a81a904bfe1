"""The contour of the patient in a slice, as the S0 project finds it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.body import body_mask
from lungseg.preprocess.dark import dark_regions

#: A contour that holds less of the slice than this is not the patient's.
_LEAST = 0.02

#: Border that closes the contour of a body which the picture cuts off.
_BORDER = 3


def patient_contour(
    grey: NDArray[np.uint8], *, threshold: int = 150, hull: bool = False
) -> NDArray[np.bool_]:
    """Find the patient: threshold, erode, edges, the longest closed contour, filled.

    In a picture that is cropped to the lungs the longest contour may be that of the heart,
    and in a window that shows tissue darker than the threshold that of a bone: a contour
    that leaves out what could be a lung, or most of what is bright, is not taken for the
    patient's.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)
        A slice after `Window.apply`.
    threshold : int
        Grey from which a pixel is tissue; 150 is -176 HU in the default window.
    hull : bool
        Take the convex hull of the contour.

    Returns
    -------
    bool array of shape (rows, columns)
        All False where no patient is found.

    References
    ----------
    Canny, "A Computational Approach to Edge Detection", IEEE TPAMI 1986.

    Examples
    --------
    >>> grey = np.zeros((64, 64), np.uint8)
    >>> grey[8:56, 8:56] = 180
    >>> grey[20:40, 20:30] = 10
    >>> bool(patient_contour(grey)[8:56, 8:56].all()), int(patient_contour(grey).sum()) < 52**2
    (True, True)
    """
    square = np.ones((3, 3), np.uint8)
    bright = cv2.erode((grey >= threshold).astype(np.uint8) * 255, square)
    edges = cv2.dilate(cv2.Canny(np.pad(bright, _BORDER), 100, 200), square)
    contours, _ = cv2.findContours(edges, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(edges.shape, np.uint8)
    if contours:
        longest = max(contours, key=lambda line: cv2.arcLength(line, True))
        line = cv2.convexHull(longest) if hull else longest
        cv2.drawContours(filled, [line], -1, 1, cv2.FILLED)
    patient = filled[_BORDER:-_BORDER, _BORDER:-_BORDER] > 0
    if patient.mean() < _LEAST or not _is_whole(grey, patient):
        return np.zeros(grey.shape, bool)
    return patient


def _is_whole(grey: NDArray[np.uint8], patient: NDArray[np.bool_]) -> bool:
    """Whether what could be lungs, and the largest bright thing, lie inside a contour."""
    parts = [*dark_regions(grey), body_mask(grey)]
    return all(patient[part].mean() >= 0.5 for part in parts if part.any())
