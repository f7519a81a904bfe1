"""Smooth random fields, which the edges and the texture of painted disease come from."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def smooth_noise(
    shape: tuple[int, ...], rng: np.random.Generator, scale: float
) -> NDArray[np.float32]:
    """Gaussian noise of unit variance whose grain is about ``scale`` pixels.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    rng : numpy.random.Generator
    scale : float
        Pixels.

    Returns
    -------
    float32 array of that shape

    Examples
    --------
    >>> field = smooth_noise((64, 48), np.random.default_rng(0), 6)
    >>> field.shape, round(float(field.std()), 2)
    ((64, 48), 1.0)
    """
    # Drawn coarse and enlarged: a wide blur at full size would cost far more.
    step = max(1.0, scale / 2)
    coarse = tuple(max(4, int(side / step)) for side in shape)
    noise = cv2.GaussianBlur(rng.standard_normal(coarse, np.float32), (0, 0), 2)
    field = cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray((field - field.mean()) / (field.std() + 1e-6))
