from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from lungseg.geometry import (
    AxialOrder,
    affine_from_itk,
    axial_affine,
    axial_order,
    itk_from_affine,
    same_place,
    spacing_of,
    upright_affine,
)

ORIENTATIONS = list(product(permutations(range(3)), product((1, -1), repeat=3)))


def reoriented(array: np.ndarray, affine: np.ndarray, axes, signs):
    """The same scan with its axes permuted and turned round."""
    moved = np.transpose(array, axes)
    turned = np.eye(4)
    turned[:3, :3] = np.eye(3)[:, axes]
    for axis, sign in enumerate(signs):
        if sign < 0:
            moved = np.flip(moved, axis)
            flip = np.eye(4)
            flip[axis, axis] = -1
            flip[axis, 3] = moved.shape[axis] - 1
            turned = turned @ flip
    return np.ascontiguousarray(moved), affine @ turned


@pytest.mark.parametrize(("axes", "signs"), ORIENTATIONS)
def test_every_orientation_is_brought_to_the_same_axial_slices(axes, signs) -> None:
    array = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    affine = axial_affine((5.0, 0.8, 0.7))
    moved, its_affine = reoriented(array, affine, axes, signs)
    order = axial_order(its_affine)
    assert (order.apply(moved) == array).all()
    assert (order.undo(order.apply(moved)) == moved).all()


def test_oblique_scan_takes_the_nearest_axes() -> None:
    angle = np.deg2rad(20)
    tilt = np.eye(4)
    tilt[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    assert axial_order(tilt @ axial_affine((5.0, 1.0, 1.0))) == AxialOrder()


def test_itk_round_trip() -> None:
    affine = axial_affine((5.0, 0.8, 0.7))
    affine[:3, 3] = (10, -20, 30)
    assert np.allclose(affine_from_itk(*itk_from_affine(affine)), affine)


def test_spacing_is_in_the_order_of_the_axes() -> None:
    assert spacing_of(axial_affine((5.0, 0.8, 0.7))) == (5.0, 0.8, 0.7)


@pytest.mark.parametrize(("axes", "signs"), ORIENTATIONS)
def test_axial_slices_lie_where_the_array_lay(axes, signs) -> None:
    affine = axial_affine((5.0, 0.8, 0.7))
    affine[:3, 3] = (-100, 20, 300)
    moved, its_affine = reoriented(np.zeros((2, 3, 4)), affine, axes, signs)
    assert same_place(upright_affine(its_affine, moved.shape), affine, (2, 3, 4))


def test_grids_apart_are_told() -> None:
    affine = axial_affine((5.0, 0.8, 0.7))
    shifted, stretched = affine.copy(), affine.copy()
    shifted[0, 3] += 0.1
    stretched[:3, 2] *= 1.01
    assert not same_place(affine, shifted, (2, 3, 4))
    assert same_place(affine, stretched, (2, 3, 4))
    assert not same_place(affine, stretched, (2, 3, 400))
