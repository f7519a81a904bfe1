"""Synthetic consolidation and ground glass, painted into lungs for training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lungseg.training.smooth_noise import smooth_noise


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
    extent = _patches(lungs.shape, rng) * lungs
    # From faint ground glass to dense consolidation (Hansell et al., Radiology 2008).
    # As often dense as not: it is the dense parts that a masker leaves out.
    density = rng.uniform(-650, -150) if rng.random() < 0.5 else rng.uniform(-150, 80)
    texture = density + 60 * smooth_noise(lungs.shape, rng, scale=rng.uniform(2, 6))
    mixed = slice_hu + extent * np.maximum(texture - slice_hu, 0)
    return np.rint(mixed).astype(np.int16)


def _patches(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    """Soft-edged blobs, 0 to 1: the highest part of a smooth random field."""
    scale = max(shape) * rng.uniform(0.02, 0.12)
    field = smooth_noise(shape, rng, scale)
    edge = rng.uniform(0.05, 0.5)
    threshold = np.quantile(field, rng.uniform(0.35, 0.9))
    return np.clip((field - threshold) / edge, 0, 1).astype(np.float32)
