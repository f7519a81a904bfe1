"""The noise of a heavy patient or a low dose, added to slices of known truth."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

#: By how many degrees streaks are off the rows, as a standard deviation.
_TILT = 10.0

#: What scanners store for air and whatever is measured as darker.
_DARKEST = -1024


def add_low_dose(
    slice_hu: NDArray[np.int16], rng: np.random.Generator, strength: float
) -> NDArray[np.int16]:
    """Add the noise of few photons: grainy, strongest inside, drawn out from left to right.

    A chest is wider than it is deep, so that fewest photons come through sideways, and their
    noise runs as streaks along the rows. The label is kept: the lung is where it was.

    Parameters
    ----------
    slice_hu : int16 array of shape (rows, columns)
        An upright slice.
    rng : numpy.random.Generator
    strength : float
        Standard deviation in HU where the body is thickest.

    Returns
    -------
    int16 array of shape (rows, columns)
        What noise makes darker ends at -1024 HU.

    References
    ----------
    Hsieh, "Adaptive streak artifact reduction in computed tomography resulting from excessive
    x-ray photon noise", Medical Physics 1998.

    Examples
    --------
    >>> slice_hu = np.full((96, 96), 40, np.int16)
    >>> noisy = add_low_dose(slice_hu, np.random.default_rng(0), 100)
    >>> bool(noisy.std() > 20), bool(abs(noisy.mean() - 40) < 5)
    (True, True)
    """
    # In parts of 512 pixels, as the slices that such noise was measured on.
    pixel = max(slice_hu.shape) / 512
    grain = _unit_noise(slice_hu.shape, rng, rng.uniform(0.6, 1.6) * pixel, 0.6 * pixel)
    streaks = _unit_noise(slice_hu.shape, rng, rng.uniform(4, 20) * pixel, 0.6 * pixel)
    part = rng.uniform(0, 0.6)
    noise = (1 - part) * grain + part * streaks
    noise *= strength / (noise.std() + 1e-6) * _thickness(slice_hu)
    noisy = np.maximum(slice_hu + noise, np.minimum(slice_hu, _DARKEST))
    return np.rint(noisy).astype(np.int16)


def _unit_noise(
    shape: tuple[int, ...], rng: np.random.Generator, along: float, across: float
) -> NDArray[np.float32]:
    """White noise, blurred along rows and across them, tilted a little, of unit variance."""
    white = rng.standard_normal(shape, np.float32)
    noise = cv2.GaussianBlur(white, (0, 0), sigmaX=along, sigmaY=across)
    centre = (shape[1] / 2, shape[0] / 2)
    turn = cv2.getRotationMatrix2D(centre, float(rng.normal(0, _TILT)), 1)
    noise = cv2.warpAffine(noise, turn, shape[::-1], borderMode=cv2.BORDER_REFLECT)
    return np.asarray(noise / (noise.std() + 1e-6))


def _thickness(slice_hu: NDArray[np.int16]) -> NDArray[np.float32]:
    """How much there is around each pixel, 1 where there is most."""
    dense = np.clip((slice_hu.astype(np.float32) + 1000) / 1000, 0, 1.2)
    around = cv2.GaussianBlur(dense, (0, 0), max(slice_hu.shape) / 12)
    return np.asarray(0.3 + 0.7 * around / max(float(around.max()), 1e-6), np.float32)
