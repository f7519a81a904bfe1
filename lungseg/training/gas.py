"""Pockets of gas outside the lungs, painted into slices for training."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.body import body_mask
from lungseg.preprocess.window import Window


def add_gas(
    slice_hu: NDArray[np.int16], lungs: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.int16]:
    """Paint one to four pockets of gas into the body, outside the lungs.

    Stomach and bowel are as dark as lung, and a masker that knows slices through the
    middle of the chest only takes them for it. The label is kept: gas is no lung.

    Parameters
    ----------
    slice_hu : int16 array of shape (rows, columns)
    lungs : bool array of shape (rows, columns)
    rng : numpy.random.Generator

    Returns
    -------
    int16 array of shape (rows, columns)

    Examples
    --------
    >>> slice_hu = np.full((96, 96), -1000, np.int16)
    >>> slice_hu[10:86, 10:86] = 40
    >>> gassy = add_gas(slice_hu, np.zeros((96, 96), bool), np.random.default_rng(0))
    >>> bool((gassy[10:86, 10:86] < -900).any())
    True
    """
    wall = np.ones((7, 7), np.uint8)
    body = cv2.erode(body_mask(Window().apply(slice_hu)).astype(np.uint8), wall)
    free = (body > 0) & ~(cv2.dilate(lungs.astype(np.uint8), wall) > 0)
    rows, columns = np.nonzero(free)
    if not len(rows):
        return slice_hu
    pockets = np.zeros(slice_hu.shape, np.uint8)
    longest = max(slice_hu.shape)
    for _ in range(int(rng.integers(1, 5))):
        place = int(rng.integers(len(rows)))
        axes = tuple(max(1, round(longest * side)) for side in rng.uniform(0.008, 0.07, 2))
        centre = (int(columns[place]), int(rows[place]))
        cv2.ellipse(pockets, centre, axes, float(rng.uniform(0, 180)), 0, 360, 255, -1)
    share = cv2.GaussianBlur(pockets * free, (0, 0), 0.8).astype(np.float32) / 255 * free
    gas = rng.normal(-990, 15, slice_hu.shape)
    return np.rint(slice_hu + share * (gas - slice_hu)).astype(np.int16)
