"""Patches of disease: ground glass and consolidation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lungseg.phantoms.grid import EXTENT, Floats, Grid

#: HU of ground glass and of consolidation, from and to.
GROUND_GLASS, CONSOLIDATION = (-600.0, -300.0), (-50.0, 50.0)


def add_opacities(
    hu: Floats, grid: Grid, labels: NDArray[np.uint8], count: int, rng: np.random.Generator
) -> None:
    """Fill ``count`` patches of the lungs with fluid, in place.

    They turn by turn are ground glass and consolidation, near the pleura and to the back
    more often than elsewhere.
    """
    places = np.argwhere(labels > 0)
    if len(places) == 0 or count == 0:
        return
    ragged = _ragged(grid.shape, rng)
    for number in range(count):
        low, high = CONSOLIDATION if number % 3 == 1 else GROUND_GLASS
        center = _choose(places, grid, rng)
        weight = _patch(grid, center, ragged, solid=low > -100, rng=rng) * (labels > 0)
        hu += weight * np.maximum(rng.uniform(low, high) - hu, 0)


def _choose(places: NDArray[np.intp], grid: Grid, rng: np.random.Generator) -> NDArray[np.intp]:
    """Choose the candidate that lies farthest to the back and the side."""
    few = places[rng.integers(len(places), size=3)]
    at = tuple(few.T)
    return few[np.argmax(grid.y[at] + 0.5 * np.abs(grid.x[at]))]


def _patch(
    grid: Grid,
    center: NDArray[np.intp],
    ragged: Floats,
    *,
    solid: bool,
    rng: np.random.Generator,
) -> Floats:
    """Weight of a blob with soft, ragged edges."""
    at = tuple(center)
    radii = rng.uniform(14, 26, 3) * (0.75 if solid else 1.0)
    height = (grid.z - grid.z[center[0]]) * np.float32(EXTENT[0] / radii[0])
    flat = grid.ellipse((grid.x[at], grid.y[at]), (float(radii[2]), float(radii[1])))
    norm = np.sqrt(height * height + flat * flat)
    edge = 0.15 if solid else 0.4
    return np.asarray(np.clip((1 + edge / 2 + ragged - norm) / edge, 0, 1), np.float32)


def _ragged(shape: tuple[int, int, int], rng: np.random.Generator) -> Floats:
    """Smooth noise that frays the edge of a patch."""
    coarse = rng.standard_normal((max(2, min(shape[0], 24)), 40, 40)).astype(np.float32)
    scale = [size / len_ for size, len_ in zip(shape, coarse.shape, strict=True)]
    field = ndimage.zoom(coarse, scale, order=1, mode="nearest", grid_mode=True)
    return np.asarray(0.22 * field[: shape[0], : shape[1], : shape[2]], np.float32)
