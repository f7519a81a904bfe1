"""The lungs: which voxels are theirs, and what they look like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lungseg.phantoms.anatomy import Anatomy, Cavity, airways
from lungseg.phantoms.grid import Bools, Floats, Grid
from lungseg.phantoms.mediastinum import between_lungs
from lungseg.phantoms.tubes import draw_tubes
from lungseg.phantoms.vessels import lung_vessels

#: No lung above or below: the neck and the belly at both ends of the scan.
_LOWEST, _HIGHEST = 0.05, 0.95


def lung_labels(grid: Grid, patient: Anatomy, cavity: Cavity, above: Bools) -> NDArray[np.uint8]:
    """Label the right lung 1 and the left lung 2."""
    apex = grid.along([0.84, _HIGHEST], [2, 26])
    lung = (cavity.outside < -np.maximum(apex, 2)) & above & ~between_lungs(grid, patient)
    lung &= (grid.z > _LOWEST) & (grid.z < _HIGHEST)
    # Pleura has no sharp corners: a blur and a cut round them.
    sigma = 2.6 / grid.pixel
    lung = ndimage.gaussian_filter(lung.astype(np.float32), (0, sigma, sigma), truncate=3) > 0.5
    lung &= draw_tubes(grid, airways(extra=1.5)) < 0.5
    return np.where(lung, np.where(grid.x < 0, 1, 2), 0).astype(np.uint8)


def paint_lungs(
    hu: Floats, grid: Grid, labels: NDArray[np.uint8], rng: np.random.Generator
) -> Floats:
    """Paint air-filled tissue and fissures, in place; return the vessels to be added.

    Returns
    -------
    float32 array of shape (slices, rows, columns)
        Share of each voxel that a vessel fills.
    """
    lung = labels > 0
    gravity = 0.35 * (grid.y + 80)
    np.copyto(hu, rng.uniform(-885, -855) + gravity.astype(np.float32), where=lung)
    _paint_fissures(hu, grid, lung)
    return draw_tubes(grid, lung_vessels(rng)) * lung


def _paint_fissures(hu: Floats, grid: Grid, lung: Bools) -> None:
    """Draw the oblique fissures as faint lines."""
    slope = 150 * (grid.z - 0.5)
    for side, offset in ((-1, 4), (1, 10)):
        distance = grid.y - offset - slope + 0.12 * np.abs(grid.x)
        line = (np.abs(distance) < max(0.7, 0.6 * grid.pixel)) & (np.sign(grid.x) == side)
        np.copyto(hu, np.float32(-730), where=line & lung)


def paint_airways(hu: Floats, grid: Grid) -> None:
    """Paint trachea and bronchi with their walls, in place."""
    hu += draw_tubes(grid, airways(extra=1.5)) * (20 - hu)
    hu += draw_tubes(grid, airways()) * (-990 - hu)
