"""The measures of one patient: drawn at random, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lungseg.phantoms.grid import Bools, Floats, Grid
from lungseg.phantoms.tubes import Tubes, join, tube


@dataclass(frozen=True)
class Anatomy:
    """What differs from patient to patient, in mm unless said otherwise."""

    fat: float
    width: float
    depth: float
    heart: float
    blood_hu: float
    dome: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Anatomy:
        """Draw a patient."""
        return cls(
            fat=rng.uniform(6, 16),
            width=rng.uniform(0.94, 1.04),
            depth=rng.uniform(0.94, 1.06),
            heart=rng.uniform(0.9, 1.1),
            blood_hu=rng.choice([45.0, 160.0]),
            dome=rng.uniform(-0.02, 0.03),
        )


@dataclass(frozen=True)
class Cavity:
    """The inside of the rib cage.

    Parameters
    ----------
    outside : array of shape (slices, rows, columns)
        Millimetres outside its wall; negative inside.
    turn : array of shape (slices, rows, columns)
        Way round the wall: 0 at the spine, 1 at the sternum.
    """

    outside: Floats
    turn: Floats


_HEIGHTS = [0.0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.88, 0.94, 1.0]


def cavity_axes(grid: Grid, patient: Anatomy) -> tuple[Floats, Floats, Floats]:
    """Half width, half depth and centre (y) of the rib cage in each slice, in mm."""
    half_width = grid.along(_HEIGHTS, [130, 132, 130, 123, 108, 93, 74, 54, 42])
    half_depth = grid.along(_HEIGHTS, [86, 89, 90, 85, 73, 62, 51, 40, 34])
    center = grid.along(_HEIGHTS, [0, 0, 0, 3, 10, 15, 20, 25, 28])
    return half_width * patient.width, half_depth * patient.depth, center


def rib_cage(grid: Grid, patient: Anatomy) -> Cavity:
    """Measure how far each voxel is from the inside of the ribs."""
    half_width, half_depth, center = cavity_axes(grid, patient)
    norm = grid.ellipse((0, center), (half_width, half_depth), power=2.3)
    y = grid.y - center
    radius = np.hypot(grid.x, y)
    outside = radius * (1 - 1 / np.maximum(norm, 1e-3))
    turn = np.arctan2(np.abs(grid.x) / half_width, y / half_depth) / np.pi
    return Cavity(outside.astype(np.float32), turn.astype(np.float32))


def diaphragm(grid: Grid, patient: Anatomy) -> Bools:
    """Tell what lies above the two domes of the diaphragm."""
    right = 0.31 + patient.dome - 0.27 * grid.ellipse((-68, -8), (105, 92)) ** 2
    left = 0.27 + patient.dome - 0.25 * grid.ellipse((72, -8), (100, 92)) ** 2
    return np.asarray(grid.z > np.maximum(right, left))


def airways(extra: float = 0.0) -> Tubes:
    """Trachea, main and lobar bronchi; ``extra`` mm wider for their walls."""
    carina = (0.585, 14.0, -1.0)
    trachea = tube([(1.05, -2, 0), (0.8, 4, 0), carina], [8.5 + extra] * 3)
    right = tube(
        [carina, (0.55, 16, -22), (0.49, 18, -38), (0.40, 22, -48), (0.33, 34, -58)],
        [8 + extra, 7 + extra, 5.5 + extra, 3.5 + extra, 2 + extra],
    )
    left = tube(
        [carina, (0.545, 18, 24), (0.50, 20, 40), (0.42, 26, 52), (0.35, 38, 62)],
        [8 + extra, 6.5 + extra, 5 + extra, 3.2 + extra, 2 + extra],
    )
    upper = tube([(0.55, 16, -24), (0.60, 12, -46), (0.66, 6, -56)], [4 + extra, 3, 2])
    return join([trachea, right, left, upper])


def pulmonary_trunks() -> Tubes:
    """Make the large pulmonary arteries and veins: the hila."""
    trunk = tube([(0.44, -38, 18), (0.53, -22, 22), (0.55, 0, 30), (0.53, 12, 48)], [14, 14, 12, 9])
    right = tube([(0.53, -18, 18), (0.525, -3, -15), (0.51, 4, -42)], [13, 11, 9])
    lower = [
        tube([(0.51, 6, -42), (0.43, 16, -56), (0.34, 28, -62)], [9, 6.5, 4.5]),
        tube([(0.53, 12, 48), (0.44, 18, 60), (0.36, 32, 66)], [9, 6.5, 4.5]),
    ]
    veins = [
        tube([(0.45, 12, -20), (0.44, 6, -50), (0.46, -6, -62)], [8, 6, 4]),
        tube([(0.46, 12, 24), (0.47, 4, 52), (0.49, -10, 62)], [8, 6, 4]),
    ]
    return join([trunk, right, *lower, *veins])
