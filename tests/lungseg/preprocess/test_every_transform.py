"""What holds of every transform alike; each has a test of its own beside this."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from lungseg.pipeline.preprocess_recipe import TransformRecipe, make_transforms
from sklearn.base import clone

import lungseg
from lungseg.preprocess.registry import build, build_all, class_of, describe, names
from lungseg.preprocess.stages import STAGES, stage
from lungseg.scan import LungMask, Scan

#: Names whose pieces are resized, and do not come back to the last voxel.
RESIZED = {"lung_crop"}

LATE = {"halves", "standardise"}


def make(name, **params):
    """A transform with its defaults, but quick."""
    quick = {"active_contour": {"iterations": 300}, "lung_crop": {"size": 96}}
    return build(name, **{**quick.get(name, {}), **params})


@pytest.fixture(scope="module")
def volume() -> tuple[Scan, LungMask]:
    scan, mask = lungseg.phantom(slices=8, size=96, return_mask=True)
    part = np.s_[:, 2:, :91]  # an odd number of columns, and no two axes alike
    return (
        scan.with_voxels(np.ascontiguousarray(scan.voxels[part]), scan.affine),
        LungMask(np.ascontiguousarray(mask.voxels[part]), scan.affine, "phantom"),
    )


def turned(grid):
    """The same patient stored as columns, rows, slices, the columns from left to right."""
    matrix = np.zeros((4, 4))
    matrix[[2, 1, 0, 3], [0, 1, 2, 3]] = 1
    matrix[2] = [-1, 0, 0, grid.shape[2] - 1]
    voxels = np.ascontiguousarray(grid.voxels.transpose(2, 1, 0)[::-1])
    return voxels, grid.affine @ matrix


@pytest.mark.parametrize("name", names())
def test_no_label_can_be_given(name) -> None:
    transform = make(name)
    assert list(inspect.signature(transform.transform).parameters) == ["scan", "mask"]
    assert not hasattr(transform, "fit")
    assert transform.place == ("roi" if name in LATE else "scan")


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("units", ["HU", "display"])
@pytest.mark.parametrize("slices", [1, 8])
def test_a_mask_drawn_afterwards_comes_back_to_the_scan(name, units, slices, volume) -> None:
    scan, mask = volume
    if units == "display":
        scan = scan.as_display(lungseg.preprocess.HUWindow().transform(scan).scan.voxels)
    if slices == 1:
        scan, mask = scan.cut(MIDDLE), mask.cut(MIDDLE)
    before = scan.voxels.copy()
    found = make(name).transform(scan, mask)
    assert found.mask.shape == found.scan.shape
    assert np.array_equal(scan.voxels, before)
    shown = found.restore(np.ones(found.scan.shape, bool))
    back = found.restore(found.mask.voxels)
    assert back.shape == scan.shape
    assert back.dtype == np.uint8
    if name in RESIZED:
        both = (back > 0) & mask.lungs
        assert 2 * both.sum() / ((back > 0).sum() + mask.lungs.sum()) > 0.97
    else:
        assert np.array_equal(back, np.where(shown, mask.voxels, 0))
    assert (back > 0).sum() > 0.4 * mask.lungs.sum()
    heat = found.restore(np.full(found.scan.shape, 0.5, np.float32))
    assert np.allclose(heat[shown], 0.5)
    assert not heat[~shown].any()


MIDDLE = (slice(4, 5), slice(0, 94), slice(0, 91))


@pytest.mark.parametrize("name", names())
def test_the_order_of_the_axes_makes_no_difference(name, volume) -> None:
    upright = make(name).transform(*volume)
    voxels, affine = turned(volume[0])
    labels, _ = turned(volume[1])
    other = make(name).transform(Scan(voxels, affine), LungMask(labels, affine))
    assert np.array_equal(upright.scan.axial(), other.scan.axial())
    assert np.array_equal(upright.mask.axial(), other.mask.axial())
    numbers = range(len(upright.scan.axial()))
    assert [upright.slice_of(n) for n in numbers] == [other.slice_of(n) for n in numbers]
    back = Scan(voxels, affine).order.apply(other.restore(other.mask.voxels))
    assert np.array_equal(back, upright.restore(upright.mask.voxels))


@pytest.mark.parametrize("name", names())
def test_what_keeps_an_affine_lies_where_it_says(name, volume) -> None:
    scan, mask = volume
    found = make(name).transform(scan, mask)
    if found.scan.affine is None:  # put together of pieces
        assert found.mask.affine is None
        return
    # Every voxel's own place in mm, sent through the transform's cuts.
    index = np.indices(scan.shape).reshape(3, -1)
    places = scan.affine[:3, :3] @ index + scan.affine[:3, 3:]
    there = np.indices(found.scan.shape).reshape(3, -1)
    claimed = found.scan.affine[:3, :3] @ there + found.scan.affine[:3, 3:]
    shown = found.restore(np.ones(found.scan.shape, bool)).ravel()
    assert np.allclose(places[:, shown], claimed)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("units", ["HU", "display"])
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 2, 3), (3, 5, 4), (1, 40, 9)])
def test_tiny_and_empty_scans_pass(name, units, shape) -> None:
    kind = np.int16 if units == "HU" else np.uint8
    for value in (0, 200):
        scan = Scan(np.full(shape, value, kind), units=units)
        for lungs in (0, 1):
            mask = LungMask(np.full(shape, lungs, np.uint8), confidence=float(lungs))
            found = make(name).transform(scan, mask)
            assert found.restore(found.mask.voxels).shape == shape
            assert found.scan.parts >= 1


@pytest.mark.parametrize("name", names())
def test_the_same_scan_gives_the_same(name, volume) -> None:
    one, two = (clone(make(name)).transform(*volume) for _ in range(2))
    assert np.array_equal(one.scan.voxels, two.scan.voxels)


@pytest.mark.parametrize("name", names())
def test_a_mask_of_another_scan_is_refused(name, volume) -> None:
    scan, mask = volume
    with pytest.raises(lungseg.InputError, match="own grid"):
        make(name).transform(scan, mask.cut(MIDDLE))
    with pytest.raises(ValueError, match="shape of the transformed scan"):
        make(name).transform(scan, mask).restore(np.zeros((1, 1, 7)))


@pytest.mark.parametrize("name", names())
def test_a_recipe_knows_every_parameter_and_its_default(name) -> None:
    recipe = TransformRecipe.model_validate({name: {}})
    assert make_transforms([recipe])[0].get_params() == class_of(name)().get_params()
    stated = getattr(recipe, name).model_dump()
    params = class_of(name)().get_params()
    assert set(stated) == set(params)
    if name == "blur_mask":
        params["filters"] = list(params["filters"])
    assert stated == params


def test_described_and_made_again() -> None:
    transforms = [make(name) for name in names()]
    again = build_all([describe(transform) for transform in transforms])
    assert [repr(t) for t in again] == [repr(t) for t in transforms]

    class Own(type(transforms[0])):
        pass

    with pytest.raises(ValueError, match="cannot be saved"):
        describe(Own())
    with pytest.raises(ValueError, match="no transform is named 'blur'"):
        build("blur")


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("active_contour", {"iterations": 0}),
        ("active_contour", {"gamma": 0}),
        ("blur_mask", {"filters": []}),
        ("blur_mask", {"filters": [[60]]}),
        ("blur_mask", {"filters": [[0, 100]]}),
        ("body_crop", {"margin": -1}),
        ("clahe", {"tiles": 0}),
        ("hu_window", {"low": 100, "high": 100}),
        ("lung_crop", {"size": 1}),
        ("remove_background", {"threshold": 0}),
        ("standardise", {"limit": 0}),
        ("trim", {"share": 0.5}),
    ],
)
def test_wrong_parameters_are_named(name, params, volume) -> None:
    with pytest.raises(ValueError, match=f"{class_of(name).__name__}|low < high"):
        build(name, **params).transform(*volume)


def test_stages_of_s0(volume) -> None:
    assert [*STAGES] == ["original", "nobackg", "crop", "lungs-nocrop", "lungs"]
    assert stage("original") == []
    assert [t.crop for name in ("lungs-nocrop", "lungs") for t in stage(name)] == [False, True]
    with pytest.raises(ValueError, match="there are: original"):
        stage("lung")
