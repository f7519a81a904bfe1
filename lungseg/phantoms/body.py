"""The body around the lungs: skin, fat, muscles, bones, belly, and the table below."""

from __future__ import annotations

import numpy as np

from lungseg.phantoms.anatomy import Anatomy, Cavity
from lungseg.phantoms.grid import EXTENT, Bools, Floats, Grid

_FAT, _MUSCLE, _CORTEX, _MARROW = -100.0, 50.0, 520.0, 190.0


def body_outline(grid: Grid, patient: Anatomy) -> Bools:
    """Tell what is inside the skin."""
    return _skin_norm(grid, patient) < 1


def _skin_norm(grid: Grid, patient: Anatomy) -> Floats:
    heights = [0.0, 0.3, 0.6, 0.8, 0.92, 1.0]
    half_width = grid.along(heights, [145, 146, 146, 142, 128, 112]) * patient.width
    half_depth = grid.along(heights, [103, 104, 98, 88, 76, 68]) * patient.depth
    center = grid.along(heights, [0, 0, 3, 10, 16, 18])
    radii = (half_width + patient.fat, half_depth + 0.7 * patient.fat)
    return grid.ellipse((0, center), radii, power=2.35)


def paint_body(hu: Floats, grid: Grid, patient: Anatomy, cavity: Cavity) -> None:
    """Paint skin, fat and muscle, in place; what lies in the rib cage becomes fat."""
    norm = _skin_norm(grid, patient)
    np.copyto(hu, _FAT, where=norm < 1)
    np.copyto(hu, 10, where=(norm < 1) & (norm > 0.984))
    np.copyto(hu, _MUSCLE, where=_muscles(grid, cavity) & (norm < 0.975))


def _muscles(grid: Grid, cavity: Cavity) -> Bools:
    """Muscles between the ribs, at the side, on the chest and along the spine."""
    out, turn, side = cavity.outside, cavity.turn, np.abs(grid.x)
    ripple = 2 * np.sin(grid.x / 9) + 2 * np.sin(grid.y / 7)
    found = (out > 0) & (out < 9)
    found |= (out > 11) & (out < 19 + ripple) & (turn > 0.2) & (turn < 0.62)
    upper = (grid.z > 0.45) & (side > 14)
    found |= upper & (out > 11.5) & (out < 26 + ripple) & (turn > 0.66)
    found |= (grid.z > 0.5) & (out > 11) & (out < 30 + ripple) & (turn < 0.35)
    for sign in (-1, 1):
        found |= grid.ellipse((sign * 27, 96), (24, 14)) < 1
    return found


def paint_bones(hu: Floats, grid: Grid, cavity: Cavity) -> None:
    """Paint ribs, spine, sternum, shoulder blades and collar bones, in place."""
    _paint_ribs(hu, grid, cavity)
    _paint_spine(hu, grid)
    front = np.where(cavity.turn > 0.8, cavity.outside, np.float32(99))
    sternum = (np.abs(grid.x) < 17) & (grid.z > 0.36) & (grid.z < 0.86)
    _bone(hu, np.where(sternum, np.abs(front - 6) / 6, np.float32(9)), rim=0.7)
    for sign in (-1, 1):
        blade = grid.ellipse((sign * 92, 74), (36, 4.5), angle=-sign * 38)
        _bone(hu, np.where((grid.z > 0.5) & (grid.z < 0.92), blade, np.float32(9)), rim=0.7)
        collar = grid.ellipse((sign * 52, -36), (42, 6.5), angle=sign * 14)
        _bone(hu, np.where((grid.z > 0.88) & (grid.z < 0.96), collar, np.float32(9)), rim=0.8)


def _bone(hu: Floats, norm: Floats, rim: float) -> None:
    """Paint marrow within a hard rim."""
    np.copyto(hu, _CORTEX, where=norm < 1)
    np.copyto(hu, _MARROW, where=norm < rim)


def _paint_ribs(hu: Floats, grid: Grid, cavity: Cavity) -> None:
    """Cut the sloping ribs: from the spine each runs forward and down."""
    phase = (grid.z * EXTENT[0] + 105 * cavity.turn + 6 * np.sign(grid.x)) / 25
    along = np.abs(phase - np.rint(phase)) / 0.2
    norm = np.hypot(along, (cavity.outside - 4.5) / 4.2).astype(np.float32)
    bony = (cavity.turn > 0.1) & (cavity.turn < 0.8)
    _bone(hu, np.where(bony, norm, np.float32(9)), rim=0.62)
    cartilage = (cavity.turn >= 0.8) & (np.abs(grid.x) > 20) & (norm < 1)
    np.copyto(hu, 110, where=cartilage & (grid.z < 0.85))


def _paint_spine(hu: Floats, grid: Grid) -> None:
    """Paint a vertebra, its arch and its processes, and the canal."""
    disc = np.abs((grid.z * EXTENT[0] / 26) % 1 - 0.5) > 0.42
    vertebra = grid.ellipse((0, 60), (17, 14.5), power=2.3)
    _bone(hu, vertebra, rim=0.86)
    np.copyto(hu, 90, where=(vertebra < 1) & disc)
    arch = grid.ellipse((0, 83), (14, 12.5))
    _bone(hu, arch, rim=0.0)
    _bone(hu, grid.ellipse((0, 101), (3.6, 13)), rim=0.5)
    for sign in (-1, 1):
        process = grid.ellipse((sign * 26, 86), (17, 4.2), angle=sign * 22)
        _bone(hu, np.where(disc, np.float32(9), process), rim=0.55)
    np.copyto(hu, 25, where=grid.ellipse((0, 82.5), (9.5, 8.5)) < 1)


def paint_belly(hu: Floats, grid: Grid, cavity: Cavity, above: Bools) -> None:
    """Paint liver, stomach and spleen below the diaphragm, in place."""
    below = ~above & (cavity.outside < -2)
    np.copyto(hu, 60, where=below & (grid.x < 16 - 0.5 * grid.y) & (grid.y < 70))
    np.copyto(hu, 35, where=below & (grid.ellipse((66, -28), (52, 40), angle=20) < 1))
    np.copyto(hu, 52, where=below & (grid.ellipse((92, 36), (34, 42), angle=-15) < 1))
    np.copyto(hu, 45, where=(grid.ellipse((24, 44), (12.5, 12.5)) < 1) & below)


def paint_table(hu: Floats, grid: Grid, patient: Anatomy) -> None:
    """Paint the hollow couch under the back, in place."""
    # The couch does not bend with the body.
    y, x = grid.y - grid.bend[0], grid.x - grid.bend[1]
    depth = y - (103 * patient.depth + 0.7 * patient.fat + 9 - x * x / 1500)
    inside = (depth > 0) & (depth < 22) & (np.abs(x) < 168)
    shell = inside & ((depth < 2.5) | (depth > 19.5))
    np.copyto(hu, np.float32(-930), where=inside & (hu < -990))
    np.copyto(hu, np.float32(-350), where=shell & (hu < -900))
