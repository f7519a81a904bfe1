"""Whether masks lie in the grid of a scan."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lungseg.errors import InputError
from lungseg.geometry import same_place
from lungseg.infection_mask import InfectionMask
from lungseg.scan import LungMask, Scan


def lung_labels(scan: Scan, mask: LungMask | ArrayLike) -> NDArray[np.uint8]:
    """Return the labels of the lungs in the grid of a scan.

    Parameters
    ----------
    scan : Scan
    mask : LungMask or array
        An array holds labels as `LungMask.voxels`, or is boolean.

    Returns
    -------
    uint8 array of the scan's shape

    Raises
    ------
    lungseg.InputError
        If the mask has another size or lies elsewhere than the scan.
    ValueError
        If the values are no labels.

    Examples
    --------
    >>> scan = Scan(np.zeros((1, 64, 64), np.uint8), units="display")
    >>> int(lung_labels(scan, np.ones((64, 64), bool)).sum())
    4096
    """
    array = _in_grid(scan, mask, "lung mask")
    if array.dtype == bool:
        return array.astype(np.uint8)
    labels = array.astype(np.uint8, copy=False)
    if labels.max(initial=0) > 2 or not np.array_equal(labels, array):
        raise ValueError("a lung mask holds 0, 1 (right lung) and 2 (left lung), or is boolean")
    return labels


def infection_classes(scan: Scan, mask: InfectionMask | ArrayLike) -> NDArray[np.uint8]:
    """Return the classes of the infection in the grid of a scan.

    Parameters
    ----------
    scan : Scan
    mask : InfectionMask or bool array

    Returns
    -------
    uint8 array of the scan's shape
        Class numbers: from 2 on infected.

    Raises
    ------
    lungseg.InputError
        If the mask has another size or lies elsewhere than the scan.
    ValueError
        If it is an array that is not boolean: 1 is lung in an `InfectionMask`, and infection
        in the masks of others.

    Examples
    --------
    >>> scan = Scan(np.zeros((1, 64, 64), np.uint8), units="display")
    >>> int(infection_classes(scan, np.ones((1, 64, 64), bool))[0, 0, 0])
    2
    """
    array = _in_grid(scan, mask, "infection mask")
    if isinstance(mask, InfectionMask):
        return array.astype(np.uint8, copy=False)
    if array.dtype != bool:
        raise ValueError(
            "an infection mask given as an array must be boolean, as in `mask > 0`: of the "
            "numbers in another it cannot be told which are infection"
        )
    return array.astype(np.uint8) * np.uint8(2)


def _in_grid(scan: Scan, mask: Any, name: str) -> NDArray[Any]:
    known = isinstance(mask, (LungMask, InfectionMask))
    array = mask.voxels if known else np.asarray(mask)
    if array.ndim == 2:
        array = array[None]
    owner = f" of {mask.source!r}" if known else ""
    mend = f"give the {name} of this very scan, in its own grid"
    if array.shape != scan.shape:
        sizes = ("×".join(map(str, shape)) for shape in (array.shape, scan.shape))
        cause = "the {}{} has {} voxels and the scan {}".format(name, owner, *sizes)
        raise InputError(scan.source, cause, mend)
    if known and not same_place(scan.affine, mask.affine, scan.shape):
        cause = (
            f"the {name}{owner} lies elsewhere than the scan: {_where(mask)}, and the scan's "
            f"{_where(scan)}"
        )
        raise InputError(scan.source, cause, mend)
    return array


def _where(grid: Any) -> str:
    corner = ", ".join(f"{value:g}" for value in np.round(grid.affine[:3, 3], 2))
    steps = "×".join(f"{step:g}" for step in np.round(grid.spacing, 3))
    return f"first voxel at ({corner}) mm, {steps} mm"
