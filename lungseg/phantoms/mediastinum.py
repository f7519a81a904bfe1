"""What lies between the lungs: heart, great vessels, oesophagus, and the fat around them."""

from __future__ import annotations

import numpy as np

from lungseg.phantoms.anatomy import Anatomy, pulmonary_trunks
from lungseg.phantoms.grid import Bools, Floats, Grid
from lungseg.phantoms.tubes import draw_tubes

_SOFT = 40.0


def heart(grid: Grid, patient: Anatomy) -> Floats:
    """Norm that is 1 on the surface of the heart, which points to the left and front."""
    height = (grid.z - 0.33) / 0.2
    flat = grid.ellipse((15, -24), (64 * patient.heart, 47 * patient.heart), angle=-28)
    return np.asarray(np.hypot(flat, height), np.float32)


def between_lungs(grid: Grid, patient: Anatomy) -> Bools:
    """Tell what is no lung because the mediastinum or the spine fills it."""
    half_width = grid.along([0.2, 0.45, 0.55, 0.7, 0.85, 1.0], [30, 33, 33, 34, 29, 24])
    center = grid.along([0.5, 0.75, 1.0], [0, 4, 10])
    half_depth = grid.along([0.5, 0.75, 0.9, 1.0], [62, 60, 50, 45])
    filled = grid.ellipse((2, center), (half_width, half_depth)) < 1
    filled |= grid.ellipse((0, 74), (26, 40)) < 1
    filled |= grid.ellipse((24, 44), (16, 15)) < 1
    filled |= grid.ellipse((0, -72), (15, 36)) < 1
    filled |= np.abs(grid.x) < 2.5
    filled |= heart(grid, patient) < 1
    filled |= draw_tubes(grid, pulmonary_trunks()) > 0.5
    return filled


def paint_mediastinum(hu: Floats, grid: Grid, patient: Anatomy) -> None:
    """Paint the organs of the mediastinum into fat, in place."""
    hu[grid.ellipse((4, 30), (9, 6)) < 1] = 30
    _paint_great_vessels(hu, grid, patient)
    np.copyto(hu, patient.blood_hu, where=draw_tubes(grid, pulmonary_trunks()) > 0.5)
    surface = heart(grid, patient)
    np.copyto(hu, _SOFT + 10, where=surface < 0.94)
    chambers = (surface < 0.8) & (np.abs(grid.x - 14 + 0.6 * (grid.y + 24)) > 5)
    np.copyto(hu, patient.blood_hu, where=chambers)


def _paint_great_vessels(hu: Floats, grid: Grid, patient: Anatomy) -> None:
    """Paint the aorta from the heart over its arch to the back, and the veins."""
    z, blood = grid.z, patient.blood_hu
    hu[(grid.ellipse((24, 44), (12.5, 12.5)) < 1) & (z < 0.71)] = blood
    hu[(grid.ellipse((-12, -24), (16.5, 16.5)) < 1) & (z > 0.42) & (z < 0.71)] = blood
    arch = grid.ellipse((10, 8), (13, 42), angle=-28) < 1
    hu[arch & (z >= 0.66) & (z < 0.73)] = blood
    hu[(grid.ellipse((-30, -14), (9.5, 8.5)) < 1) & (z > 0.4) & (z < 0.78)] = blood + 10
    for x, y, radius in ((-17, -14, 7), (5, -16, 5), (20, 6, 6), (-30, -10, 8), (29, -12, 8)):
        hu[(grid.ellipse((x, y), (radius, radius)) < 1) & (z >= 0.73)] = blood
    hu[(grid.ellipse((-30, 12), (12, 12)) < 1) & (z < 0.25)] = blood
