"""Synthetic consolidation of whole parts of a lung, painted into slices for training."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lungseg.training.smooth_noise import smooth_noise


def add_consolidation(
    slice_hu: NDArray[np.int16], lungs: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.int16]:
    """Fill part of one lung, or of both, with what is as dense as soft tissue.

    What a masker leaves out of a severely ill lung is dense, reaches the pleura, lies most
    often where gravity draws it, and shows the bronchi as dark branches (the air
    bronchogram; Hansell et al., Radiology 2008). Only the ribs around it and the other lung
    say that it is lung. The caller keeps the lung label.

    Parameters
    ----------
    slice_hu : int16 array of shape (rows, columns)
        Upright: the back is below.
    lungs : bool array of shape (rows, columns)
    rng : numpy.random.Generator

    Returns
    -------
    int16 array of shape (rows, columns)
        Unchanged outside the lungs but for the half-filled pixels at their edge.

    Examples
    --------
    >>> lungs = np.zeros((128, 128), bool)
    >>> lungs[30:100, 20:60] = True
    >>> healthy = np.where(lungs, -850, 40).astype(np.int16)
    >>> ill = add_consolidation(healthy, lungs, np.random.default_rng(0))
    >>> bool((ill[:20] == 40).all()), bool((ill[lungs] > -100).any())
    (True, True)
    """
    labels, count = ndimage.label(lungs)
    if not count:
        return slice_hu
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    largest = 1 + np.argsort(sizes)[-2:]
    # A chest without any air in it looks like a belly: some stays, in one lung or in both.
    least = 0.3
    if len(largest) > 1 and rng.random() < 0.5:
        largest, least = rng.choice(largest, 1), 0.0
    tissue = rng.uniform(-60, 70)
    painted = slice_hu.astype(np.float32)
    for number in largest:
        lung = labels == number
        # Half-filled pixels at the pleura belong to it as well: left dark, they would draw
        # the outline that the network is to infer.
        rim = cv2.dilate(lung.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        extent = _dependent_part(rim, least, rng)
        filled = tissue + 20 * smooth_noise(lung.shape, rng, rng.uniform(2, 8))
        if rng.random() < 0.75:
            filled = _with_bronchi(filled, lung, rng)
        filled += rng.normal(0, rng.uniform(0, 40), lung.shape).astype(np.float32)
        change = extent * (np.maximum(filled, -1000) - painted)
        painted += np.where(lung, change, np.maximum(change, 0))
    return np.rint(painted).astype(np.int16)


def _dependent_part(
    lung: NDArray[np.bool_], least: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Share of each pixel that is filled: beyond a rough front, which leaves ``least`` or more."""
    rows, columns = np.indices(lung.shape, np.float32)
    # Mostly the back of the lung; sometimes any side of it.
    angle = rng.normal(0, 0.5) if rng.random() < 0.7 else rng.uniform(0, 2 * np.pi)
    depth = rows * np.cos(angle) + columns * np.sin(angle)
    side = float(np.sqrt(lung.sum()))
    depth -= rng.uniform(0, 1.0) * ndimage.distance_transform_edt(lung)  # along the pleura
    depth += side * rng.uniform(0.02, 0.1) * smooth_noise(lung.shape, rng, side * 0.12)
    depth += side * rng.uniform(0.0, 0.05) * smooth_noise(lung.shape, rng, 4)
    front = np.quantile(depth[lung], least + (0.95 - least) * rng.random() ** 0.8)
    return np.asarray(np.clip((depth - front) / rng.uniform(1, 12), 0, 1) * lung, np.float32)


def _with_bronchi(
    filled: NDArray[np.float32], lung: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draw air-filled branches that run out from one place, as from a hilum."""
    rows, columns = np.nonzero(lung)
    share = np.zeros(lung.shape, np.uint8)
    root = rng.integers(len(rows))
    for _ in range(int(rng.integers(2, 12))):
        tip = rng.integers(len(rows))
        start = np.array([columns[root], rows[root]], float)
        end = np.array([columns[tip], rows[tip]], float)
        # From somewhere on the way, so that the branches are not all one star.
        start += rng.uniform(0, 0.7) * (end - start)
        middle = (start + end) / 2 + rng.normal(0, 0.12, 2) * np.linalg.norm(end - start)
        thickness = int(rng.integers(1, 5))
        line = np.rint([start, middle, end]).astype(np.int32)
        cv2.polylines(share, [line[:2]], False, 255, thickness)
        cv2.polylines(share, [line[1:]], False, 255, max(1, thickness - 1))
    air = cv2.GaussianBlur(share, (0, 0), 0.8).astype(np.float32) / 255
    return np.asarray(filled + air * (rng.uniform(-950, -500) - filled), np.float32)
