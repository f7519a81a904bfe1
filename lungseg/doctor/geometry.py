"""Whether the size and the spacing of an input can be those of a CT scan."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor.finding import Finding
from lungseg.errors import InputError
from lungseg.geometry import Affine, axial_order, spacing_of

#: Pixels: a slice needs as many along its longer side, and half of them along the other.
_SMALLEST = 64

#: Times that a slice may be as long as it is wide; of 746 real crops the most is 2.5.
_LONGEST = 4


def to_three_dimensions(values: NDArray[Any], source: str) -> NDArray[Any]:
    """Make an array (slices, rows, columns); a picture becomes one slice.

    Raises
    ------
    InputError
        If it has another number of dimensions, or no values.
    """
    if values.size == 0:
        raise InputError(source, "the scan holds no values", "give a scan with pixels in it")
    original = values.shape
    while values.ndim > 3 and 1 in values.shape:
        # A last axis of 1 is a channel; leave a first one, which may be the only slice.
        axis = -1 if values.shape[-1] == 1 else values.shape.index(1)
        values = values.squeeze(axis=axis)
    if values.ndim == 2:
        values = values[None]
    if values.ndim != 3:
        raise InputError(
            source,
            f"the data have {len(original)} dimensions {original}",
            "give one picture (rows, columns) or one volume (slices, rows, columns)",
        )
    return values


def check_geometry(
    values: NDArray[Any], affine: Affine | None, source: str
) -> tuple[Affine | None, list[Finding]]:
    """Check size, affine and spacing.

    Returns
    -------
    affine : array of shape (4, 4) or None
        None where the one given cannot be true.
    findings : list of Finding

    Raises
    ------
    InputError
        If a slice is too small, or the axes are sheared.
    """
    findings: list[Finding] = []
    if affine is not None and not _is_valid(affine):
        affine = None
        findings.append(
            Finding(
                "warning",
                "bad-affine",
                "the spacing is zero or the directions are not independent, so the geometry "
                "was left out and upright axial slices assumed",
                "mend the header",
            )
        )
    plane = axial_order(affine).apply(values).shape[1:]
    if max(plane) < _SMALLEST or min(plane) < _SMALLEST // 2:
        raise InputError(
            source,
            f"the slices have {plane[0]}×{plane[1]} pixels",
            f"give slices of {_SMALLEST} pixels or more",
        )
    if max(plane) > _LONGEST * min(plane):
        message = f"the slices have {plane[0]}×{plane[1]} pixels: very long for a chest"
        findings.append(Finding("warning", "long", message, "check that it is one slice"))
    if affine is not None and _is_sheared(affine):
        raise InputError(
            source, "its axes are sheared against each other", "resample it to a rectangular grid"
        )
    if affine is not None and not all(0.05 <= step <= 50 for step in spacing_of(affine)):
        steps = "×".join(f"{step:g}" for step in spacing_of(affine))
        findings.append(
            Finding(
                "warning", "spacing", f"a spacing of {steps} mm is unlikely", "check the header"
            )
        )
    return affine, findings


def _is_sheared(affine: Affine) -> bool:
    """Whether two axes are off a right angle by more than ITK writes to a file."""
    cosines = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    return bool(np.abs(cosines.T @ cosines - np.eye(3)).max() > 5e-4)


def _is_valid(affine: Affine) -> bool:
    if affine.shape != (4, 4) or not np.all(np.isfinite(affine)):
        return False
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    if np.any(lengths == 0):
        return False
    return bool(abs(np.linalg.det(affine[:3, :3] / lengths)) > 0.1)
