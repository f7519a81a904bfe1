"""Synthetic consolidation and ground glass, painted into lungs for training."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def add_opacities(
    slice_hu: NDArray[np.int16], lungs: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.int16]:
    """Paint patches of ground glass or consolidation into the lungs of a slice.

    A masker that has seen only healthy lungs cuts diseased parts out of them. The lung
    label is kept by the caller: it says lung where the picture now shows consolidation.

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
    >>> lungs = np.zeros((128, 128), bool)
    >>> lungs[30:100, 20:60] = True
    >>> healthy = np.where(lungs, -850, 40).astype(np.int16)
    >>> ill = add_opacities(healthy, lungs, np.random.default_rng(0))
    >>> bool((ill[~lungs] == 40).all()), bool((ill[lungs] > -850).any())
    (True, True)
    """
    if not lungs.any():
        return slice_hu
    part = _lobe(lungs, rng) if rng.random() < 0.2 else _patches(lungs.shape, rng)
    extent = part * lungs
    # From faint ground glass to dense consolidation (Hansell et al., Radiology 2008).
    # As often dense as not: it is the dense parts that a masker leaves out.
    density = rng.uniform(-650, -150) if rng.random() < 0.5 else rng.uniform(-150, 80)
    texture = density + 60 * _smooth_noise(lungs.shape, rng, scale=rng.uniform(2, 6))
    mixed = slice_hu + extent * np.maximum(texture - slice_hu, 0)
    return np.rint(mixed).astype(np.int16)


def _patches(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    """Soft-edged blobs, 0 to 1: the highest part of a smooth random field."""
    scale = max(shape) * rng.uniform(0.02, 0.12)
    field = _smooth_noise(shape, rng, scale)
    edge = rng.uniform(0.05, 0.5)
    threshold = np.quantile(field, rng.uniform(0.35, 0.9))
    return np.clip((field - threshold) / edge, 0, 1).astype(np.float32)


def _lobe(lungs: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.float32]:
    """One lung, or one side of it: a consolidation that leaves no dark lung beside it."""
    labels, count = ndimage.label(lungs)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    lung = labels == 1 + rng.choice(np.argsort(sizes)[-2:])
    rows, columns = np.indices(lungs.shape)
    angle = rng.uniform(0, 2 * np.pi)
    depth = rows * np.sin(angle) + columns * np.cos(angle)
    depth += max(lungs.shape) * 0.03 * _smooth_noise(lungs.shape, rng, max(lungs.shape) * 0.05)
    front = np.quantile(depth[lung], rng.uniform(0.0, 0.7))
    edge = rng.uniform(2, 20)
    return np.asarray(np.clip((depth - front) / edge, 0, 1) * lung, np.float32)


def _smooth_noise(
    shape: tuple[int, ...], rng: np.random.Generator, scale: float
) -> NDArray[np.float32]:
    """Gaussian noise of unit variance whose grain is about ``scale`` pixels."""
    # Drawn coarse and enlarged: a wide blur at full size would cost far more.
    step = max(1.0, scale / 2)
    coarse = tuple(max(4, int(side / step)) for side in shape)
    noise = cv2.GaussianBlur(rng.standard_normal(coarse, np.float32), (0, 0), 2)
    field = cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray((field - field.mean()) / (field.std() + 1e-6))
