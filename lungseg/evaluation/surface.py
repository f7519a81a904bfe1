"""Distances between the surfaces of two masks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

Spacing = Sequence[float] | None


def surface_dice(a: ArrayLike, b: ArrayLike, *, tolerance: float, spacing: Spacing = None) -> float:
    """Normalised surface Dice: the share of both surfaces that lies near the other.

    Parameters
    ----------
    a, b : arrays of one shape
        Masks of two or three dimensions; whatever is not 0 is marked.
    tolerance : float
        What counts as near: mm with ``spacing``, else pixels.
    spacing : sequence of float, optional
        Voxel size along each axis in mm.

    Returns
    -------
    float
        0 to 1; two empty masks agree: 1; one empty mask agrees with nothing: 0.

    Raises
    ------
    ValueError
        If the shapes differ, or the spacing does not fit them.

    References
    ----------
    Nikolov et al., "Clinically Applicable Segmentation of Head and Neck Anatomy for
    Radiotherapy", JMIR 2021. Surfaces are the outermost marked voxels, as in MONAI.

    Examples
    --------
    >>> a = np.zeros((20, 20), bool)
    >>> a[5:15, 5:15] = True
    >>> surface_dice(a, np.roll(a, 1, axis=1), tolerance=1)
    1.0
    >>> surface_dice(a, np.roll(a, 1, axis=1), tolerance=0.5) < 1
    True
    """
    to_b, to_a = _distances(a, b, spacing)
    total = len(to_b) + len(to_a)
    if not len(to_b) or not len(to_a):
        return 1.0 if total == 0 else 0.0
    return float((np.sum(to_b <= tolerance) + np.sum(to_a <= tolerance)) / total)


def hausdorff95(a: ArrayLike, b: ArrayLike, *, spacing: Spacing = None) -> float:
    """95 % Hausdorff distance: how far the surfaces lie apart, but for the worst twentieth.

    Parameters
    ----------
    a, b, spacing
        As in `surface_dice`.

    Returns
    -------
    float
        mm with ``spacing``, else pixels: the larger of the 95th percentiles of both
        directions. 0 for two empty masks, infinite where one alone is empty.

    References
    ----------
    Huttenlocher et al., "Comparing Images Using the Hausdorff Distance", IEEE TPAMI 1993.

    Examples
    --------
    >>> a = np.zeros((20, 20), bool)
    >>> a[5:15, 5:15] = True
    >>> hausdorff95(a, np.roll(a, 3, axis=1), spacing=(1.0, 0.5))
    1.5
    """
    to_b, to_a = _distances(a, b, spacing)
    if not len(to_b) or not len(to_a):
        return 0.0 if len(to_b) == len(to_a) else float("inf")
    return float(max(np.percentile(to_b, 95), np.percentile(to_a, 95)))


def _distances(
    a: ArrayLike, b: ArrayLike, spacing: Spacing
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distance of each surface voxel of ``a`` to the surface of ``b``, and the reverse."""
    first, second = np.asarray(a) != 0, np.asarray(b) != 0
    if first.shape != second.shape:
        raise ValueError(f"masks must have one shape, got {first.shape} and {second.shape}")
    if spacing is not None and len(spacing) != first.ndim:
        raise ValueError(f"masks of {first.ndim} axes need as many spacings, got {tuple(spacing)}")
    first, second = _surface(first), _surface(second)
    if not first.any() or not second.any():
        return np.zeros(int(first.sum())), np.zeros(int(second.sum()))
    box = _box_of(first | second)
    first, second = first[box], second[box]
    to_second = ndimage.distance_transform_edt(~second, sampling=spacing)
    to_first = ndimage.distance_transform_edt(~first, sampling=spacing)
    return to_second[first], to_first[second]


def _surface(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep marked voxels with a neighbour that is not; beyond the border nothing is."""
    return mask & ~ndimage.binary_erosion(mask)


def _box_of(mask: NDArray[np.bool_]) -> tuple[slice, ...]:
    # Distances between surfaces need nothing beyond the box that holds both.
    (box,) = ndimage.find_objects(mask.astype(np.uint8))
    return tuple(box)
