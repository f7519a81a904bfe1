"""Healthy lungs in display grey that are made severely ill, with the label that belongs to it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.window import Window
from lungseg.training.consolidation import add_consolidation

Bytes = NDArray[np.uint8]

#: HU by which a pixel must have become denser to count as consolidated.
_DENSER = 250


def consolidate(picture: Bytes, lungs: Bytes, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
    """Consolidate part of one lung, or of both; bronchi that stay open count as ill.

    Few of the slices that a person marked show lungs that are consolidated as a whole, and a
    network that has seen few takes such a lung for the chest wall.

    Parameters
    ----------
    picture : uint8 array of shape (rows, columns)
        In the window of `Window`'s defaults.
    lungs : uint8 array of the same shape
        0 to 255: share of each pixel that is lung.
    rng : numpy.random.Generator

    Returns
    -------
    picture, infection : uint8 arrays of the same shape

    Examples
    --------
    >>> lungs = np.zeros((128, 128), np.uint8)
    >>> lungs[30:100, 20:60] = 255
    >>> healthy = np.where(lungs > 0, 20, 190).astype(np.uint8)
    >>> ill, infection = consolidate(healthy, lungs, np.random.default_rng(0))
    >>> bool((infection[lungs == 0] == 0).all()), int(infection.max())
    (True, 255)
    >>> bool(ill[infection > 0].mean() > healthy[infection > 0].mean() + 50)
    True
    """
    window = Window()
    inside = lungs > 127
    healthy = np.rint(window.undo(picture)).astype(np.int16)
    ill = add_consolidation(healthy, inside, rng)
    denser = ((ill - healthy > _DENSER) & inside).astype(np.uint8)
    # Bronchi are narrower than a twenty-fifth of the picture, most of them.
    size = max(3, max(picture.shape) // 25)
    ball = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    whole = cv2.morphologyEx(denser, cv2.MORPH_CLOSE, ball) * inside
    return window.apply(ill), np.asarray(whole * 255, np.uint8)
