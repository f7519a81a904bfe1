"""Where voxels lie in the patient: affines, and the way to axial slices and back.

An affine maps the index of a voxel, *in the order of the array's own axes*, to
millimetres in RAS+, as NIfTI has it: x grows to the patient's right hand, y to the
front, z to the head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Affine = NDArray[np.float64]

# Rows of an axial slice as it is looked at: first the slices from the feet to the
# head, then the rows from front to back, then the columns from the patient's right
# hand to the left. In RAS+ these are +z, -y and -x.
_AXIAL_WORLD_AXES = (2, 1, 0)
_AXIAL_SIGNS = (1, -1, -1)

#: Millimetres by which the corners of two grids may differ.
_SAME_PLACE = 0.05


@dataclass(frozen=True)
class AxialOrder:
    """The permutation and the flips that turn an array into upright axial slices.

    Parameters
    ----------
    axes : tuple of int
        Axes of the array in the order slices, rows, columns.
    flips : tuple of bool
        Which of the permuted axes run backwards.

    Examples
    --------
    >>> order = AxialOrder((2, 1, 0), (False, True, False))
    >>> a = np.arange(24).reshape(2, 3, 4)
    >>> bool((order.undo(order.apply(a)) == a).all())
    True
    """

    axes: tuple[int, int, int] = (0, 1, 2)
    flips: tuple[bool, bool, bool] = (False, False, False)

    def apply(self, array: NDArray[np.generic]) -> NDArray[np.generic]:
        """Turn ``array`` to axial slices; a view, nothing is copied."""
        return np.transpose(array, self.axes)[self._reversal]

    def undo(self, array: NDArray[np.generic]) -> NDArray[np.generic]:
        """Turn axial slices back to the array's own axes; a view."""
        return np.transpose(array[self._reversal], np.argsort(self.axes))

    @property
    def _reversal(self) -> tuple[slice, ...]:
        return tuple(slice(None, None, -1 if flip else 1) for flip in self.flips)


def axial_order(affine: Affine | None) -> AxialOrder:
    """Find how to turn an array with this affine to axial slices.

    Oblique scans take the nearest axes. Without an affine the array is taken to be
    axial already.

    Parameters
    ----------
    affine : array of shape (4, 4) or None

    Returns
    -------
    AxialOrder

    Examples
    --------
    >>> axial_order(np.diag([-1.0, -1.0, 1.0, 1.0])).axes
    (2, 1, 0)
    """
    if affine is None:
        return AxialOrder()
    cosines = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    axis_of_world = _match_axes(np.abs(cosines))
    axes = tuple(axis_of_world[world] for world in _AXIAL_WORLD_AXES)
    flips = tuple(
        bool(cosines[world, axis] * sign < 0)
        for world, axis, sign in zip(_AXIAL_WORLD_AXES, axes, _AXIAL_SIGNS, strict=True)
    )
    return AxialOrder(axes, flips)  # type: ignore[arg-type]


def _match_axes(alignment: NDArray[np.float64]) -> dict[int, int]:
    """Pair each world axis with the array axis that follows it most closely."""
    left = alignment.copy()
    pairs: dict[int, int] = {}
    for _ in range(3):
        world, axis = np.unravel_index(np.argmax(left), left.shape)
        pairs[int(world)] = int(axis)
        left[world, :] = -1
        left[:, axis] = -1
    return pairs


def spacing_of(affine: Affine) -> tuple[float, float, float]:
    """Voxel size in mm along each axis of the array.

    Examples
    --------
    >>> spacing_of(np.diag([2.0, 0.5, 0.5, 1.0]))
    (2.0, 0.5, 0.5)
    """
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    return (float(lengths[0]), float(lengths[1]), float(lengths[2]))


def axial_affine(spacing: tuple[float, float, float]) -> Affine:
    """Affine of upright axial slices of this spacing, the first voxel at the origin.

    Parameters
    ----------
    spacing : tuple of float
        Millimetres between slices, rows and columns.

    Examples
    --------
    >>> axial_order(axial_affine((5.0, 0.7, 0.7))) == AxialOrder()
    True
    """
    affine = np.zeros((4, 4))
    affine[3, 3] = 1
    for axis, (world, sign) in enumerate(zip(_AXIAL_WORLD_AXES, _AXIAL_SIGNS, strict=True)):
        affine[world, axis] = sign * spacing[axis]
    return affine


def moved_origin(affine: Affine, start: Sequence[int]) -> Affine:
    """Affine of a part of an array, whose first voxel is the new origin.

    Parameters
    ----------
    affine : array of shape (4, 4)
        Of the whole array.
    start : sequence of 3 ints
        Index of the part's first voxel.

    Examples
    --------
    >>> moved_origin(np.diag([2.0, 0.5, 0.5, 1.0]), (3, 0, 10))[:3, 3].tolist()
    [6.0, 0.0, 5.0]
    """
    moved = affine.copy()
    moved[:3, 3] += affine[:3, :3] @ np.asarray(start)
    return moved


def upright_affine(affine: Affine, shape: Sequence[int]) -> Affine:
    """Affine of an array after it was turned to axial slices.

    Parameters
    ----------
    affine : array of shape (4, 4)
        Of the array as it is.
    shape : sequence of 3 ints
        Of the array as it is.

    Examples
    --------
    >>> upright_affine(np.diag([-1.0, 2.0, 5.0, 1.0]), (64, 80, 10))[:3, 3].tolist()
    [0.0, 158.0, 0.0]
    """
    order = axial_order(affine)
    upright = affine[:, [*order.axes, 3]]
    for axis, flip in enumerate(order.flips):
        if flip:
            upright[:3, 3] += upright[:3, axis] * (shape[order.axes[axis]] - 1)
            upright[:3, axis] *= -1
    return upright


def same_place(affine: Affine | None, other: Affine | None, shape: Sequence[int]) -> bool:
    """Tell whether two grids of one shape lie in the same place.

    Parameters
    ----------
    affine, other : array of shape (4, 4) or None
        What is not known contradicts nothing.
    shape : sequence of 3 ints
        Of both.

    Returns
    -------
    bool
        Whether no corner is further than .05 mm from its counterpart: headers round.

    Examples
    --------
    >>> same_place(np.eye(4), moved_origin(np.eye(4), (0, 0, 1)), (2, 64, 64))
    False
    """
    if affine is None or other is None:
        return True
    ends = [(0, count - 1) for count in shape]
    corners = np.array(np.meshgrid(*ends, [1], indexing="ij")).reshape(4, -1)
    apart = (affine - other) @ corners
    return bool(np.linalg.norm(apart[:3], axis=0).max() <= _SAME_PLACE)


def affine_from_itk(
    spacing: tuple[float, ...], origin: tuple[float, ...], direction: tuple[float, ...]
) -> Affine:
    """Affine of the array that ``SimpleITK.GetArrayFromImage`` gives.

    ITK counts (column, row, slice) in LPS+; the array counts (slice, row, column).

    Examples
    --------
    >>> affine_from_itk((1.0, 1.0, 5.0), (0.0, 0.0, 0.0), (1, 0, 0, 0, 1, 0, 0, 0, 1))[2, 0]
    np.float64(5.0)
    """
    matrix = np.asarray(direction, float).reshape(3, 3) * np.asarray(spacing, float)
    affine = np.eye(4)
    affine[:3, :3] = matrix[:, ::-1]
    affine[:3, 3] = origin
    affine[:2] *= -1
    return affine


def itk_from_affine(
    affine: Affine,
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Spacing, origin and direction of ITK for an array's affine.

    The inverse of `affine_from_itk`.
    """
    lps = affine.copy()
    lps[:2] *= -1
    matrix = lps[:3, :3][:, ::-1]
    spacing = np.linalg.norm(matrix, axis=0)
    direction = (matrix / spacing).ravel()
    return tuple(spacing.tolist()), tuple(lps[:3, 3].tolist()), tuple(direction.tolist())
