"""A synthetic CT of a chest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lungseg.geometry import axial_affine
from lungseg.phantoms.anatomy import Anatomy, diaphragm, rib_cage
from lungseg.phantoms.body import paint_belly, paint_body, paint_bones, paint_table
from lungseg.phantoms.grid import EXTENT, Floats, Grid, make_grid
from lungseg.phantoms.lungs import lung_labels, paint_airways, paint_lungs
from lungseg.phantoms.mediastinum import paint_mediastinum
from lungseg.phantoms.opacities import add_opacities
from lungseg.scan import LungMask, Scan

_AIR, _VESSEL = -1000.0, 30.0


@overload
def phantom(
    slices: int = ...,
    size: int = ...,
    *,
    spacing: Sequence[float] | None = ...,
    opacities: int = ...,
    seed: int = ...,
    return_mask: Literal[False] = ...,
) -> Scan: ...


@overload
def phantom(
    slices: int = ...,
    size: int = ...,
    *,
    spacing: Sequence[float] | None = ...,
    opacities: int = ...,
    seed: int = ...,
    return_mask: Literal[True],
) -> tuple[Scan, LungMask]: ...


def phantom(
    slices: int = 32,
    size: int = 256,
    *,
    spacing: Sequence[float] | None = None,
    opacities: int = 3,
    seed: int = 0,
    return_mask: bool = False,
) -> Scan | tuple[Scan, LungMask]:
    """Make a CT of a chest that belongs to nobody.

    Body, table, ribs, spine, heart, great vessels, airways, lungs with their vessels, and
    patches of disease, from the upper belly to the apex of the lungs. For tests,
    demonstrations and documentation; it is no substitute for patients.

    Parameters
    ----------
    slices : int
        Number of axial slices. One slice lies in the middle of the chest; the outermost of
        many hold no lung.
    size : int
        Rows and columns of a slice, at least 16.
    spacing : sequence of 3 floats, optional
        Millimetres between slices, rows and columns that the scan is labelled with. The
        anatomy fills the array whatever the spacing. By default that of a chest of
        300 × 360 × 360 mm.
    opacities : int
        Patches of ground glass (-600 to -300 HU) and consolidation (-50 to 50 HU); 0 is a
        healthy chest.
    seed : int
        The same seed gives the same patient, healthy or ill; the noise differs.
    return_mask : bool
        Return the true mask too.

    Returns
    -------
    Scan
        In HU, upright axial slices from the feet to the head.
    LungMask
        Only with ``return_mask``: 1 right lung, 2 left lung; patches of disease and the
        vessels inside the lungs belong to them, the airways down to the lobes do not.

    Raises
    ------
    ValueError
        If a size is too small, or a count negative.

    Examples
    --------
    >>> scan, mask = phantom(slices=8, size=64, return_mask=True)
    >>> scan
    Scan(8×64×64, HU, 37.5×5.625×5.625 mm, 'phantom')
    >>> bool(scan.voxels[mask.lungs].mean() < -600)
    True
    """
    _check(slices, size, spacing, opacities)
    rng = np.random.default_rng(seed)
    grid = make_grid((slices, size, size), rng)
    hu, labels = _paint(grid, opacities, rng)
    voxels = _acquire(hu, grid.pixel, rng)
    steps = spacing or tuple(
        length / count for length, count in zip(EXTENT, grid.shape, strict=True)
    )
    affine = axial_affine((float(steps[0]), float(steps[1]), float(steps[2])))
    scan = Scan(voxels, affine, "phantom", units="HU")
    return (scan, LungMask(labels, affine, "phantom")) if return_mask else scan


def _check(slices: int, size: int, spacing: Sequence[float] | None, opacities: int) -> None:
    if slices < 1 or size < 16:
        raise ValueError(f"need at least 1 slice and size 16, got slices={slices}, size={size}")
    if opacities < 0:
        raise ValueError(f"opacities must not be negative, got {opacities}")
    if spacing is not None and (len(spacing) != 3 or min(spacing) <= 0):
        raise ValueError(f"spacing must be 3 positive lengths in mm, got {tuple(spacing)}")


def _paint(
    grid: Grid, opacities: int, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.uint8]]:
    """Paint the anatomy from the outside in, without blur or noise.

    Disease is drawn last, so that the same seed is the same patient, healthy or ill.
    """
    patient = Anatomy.draw(rng)
    cavity, above = rib_cage(grid, patient), diaphragm(grid, patient)
    hu = np.full(grid.shape, _AIR, np.float32)
    paint_body(hu, grid, patient, cavity)
    paint_belly(hu, grid, cavity, above)
    paint_mediastinum(hu, grid, patient)
    labels = lung_labels(grid, patient, cavity, above)
    vessels = paint_lungs(hu, grid, labels, rng)
    paint_bones(hu, grid, cavity)
    add_opacities(hu, grid, labels, opacities, rng)
    hu += vessels * np.maximum(_VESSEL - hu, 0)
    paint_airways(hu, grid)
    paint_table(hu, grid, patient)
    return hu, labels


def _acquire(hu: Floats, pixel: float, rng: np.random.Generator) -> NDArray[np.int16]:
    """Blur as a scanner does and add its noise, which is correlated in the slice."""
    noise = rng.standard_normal(hu.shape, np.float32)
    noise = ndimage.gaussian_filter(noise, (0, 0.7, 0.7), truncate=3)
    blurred = ndimage.gaussian_filter(hu, (0, 0.6, 0.6), truncate=3)
    # The table and the air around it are quiet; the middle of the body is not.
    strength = np.where(hu > -990, np.float32(18), np.float32(6))
    blurred += noise * (strength / max(float(noise.std()), 1e-6))
    return np.asarray(np.clip(np.rint(blurred), -1024, 3071), np.int16)
