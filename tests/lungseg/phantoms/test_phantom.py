from __future__ import annotations

import numpy as np
import pytest

from lungseg import Scan
from lungseg.geometry import AxialOrder
from lungseg.phantoms import phantom
from lungseg.scan import LungMask

Pair = tuple[Scan, LungMask]


@pytest.fixture(scope="module")
def healthy() -> Pair:
    return phantom(16, 128, opacities=0, seed=1, return_mask=True)


@pytest.fixture(scope="module")
def ill() -> Pair:
    return phantom(16, 128, opacities=3, seed=1, return_mask=True)


@pytest.mark.parametrize(("slices", "size"), [(1, 16), (1, 64), (2, 33), (7, 128)])
def test_shape_and_units(slices: int, size: int) -> None:
    scan, mask = phantom(slices, size, return_mask=True)
    assert scan.shape == mask.shape == (slices, size, size)
    assert scan.units == "HU"
    assert scan.voxels.dtype == np.int16
    assert mask.voxels.dtype == np.uint8
    assert set(np.unique(mask.voxels)) == {0, 1, 2}


def test_without_mask_is_the_same_scan(ill: Pair) -> None:
    assert (phantom(16, 128, opacities=3, seed=1).voxels == ill[0].voxels).all()


def test_another_seed_is_another_patient(healthy: Pair) -> None:
    other = phantom(16, 128, opacities=0, seed=2, return_mask=True)
    assert (other[1].voxels != healthy[1].voxels).any()


def test_geometry() -> None:
    scan, mask = phantom(4, 32, return_mask=True)
    assert scan.spacing == (75.0, 11.25, 11.25)
    assert scan.order == AxialOrder()
    assert scan.affine is not None
    assert mask.affine is not None
    assert np.array_equal(scan.affine, mask.affine)
    assert phantom(4, 32, spacing=(5, 0.7, 0.8)).spacing == pytest.approx((5, 0.7, 0.8))


def test_spacing_leaves_the_voxels_alone() -> None:
    assert (phantom(2, 32, spacing=(1, 1, 1)).voxels == phantom(2, 32).voxels).all()


def test_air_surrounds_the_body(healthy: Pair) -> None:
    corners = healthy[0].voxels[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert np.abs(corners + 1000.0).max() < 40


def test_healthy_lungs_are_dark_and_their_surroundings_are_not(healthy: Pair) -> None:
    scan, mask = healthy
    assert -880 < np.median(scan.voxels[mask.lungs]) < -780
    assert (scan.voxels[mask.lungs] < -600).mean() > 0.85
    middle = scan.voxels[8, 40:88, 20:108][~mask.lungs[8, 40:88, 20:108]]
    assert np.median(middle) > -120


def test_bone_fat_and_muscle(healthy: Pair) -> None:
    voxels = healthy[0].voxels
    assert voxels.max() > 300
    assert ((voxels > -130) & (voxels < -70)).mean() > 0.03
    assert ((voxels > 20) & (voxels < 90)).mean() > 0.05


def test_sides(healthy: Pair) -> None:
    labels = healthy[1].voxels
    columns = np.arange(labels.shape[2])
    right, left = ((labels == side).sum(axis=(0, 1)) for side in (1, 2))
    assert (right @ columns) / right.sum() < 50 < 78 < (left @ columns) / left.sum()
    assert left.sum() < right.sum()


def test_volume_is_that_of_an_adult(healthy: Pair) -> None:
    volume = healthy[1].volume_ml()
    assert volume is not None
    assert 2500 < volume < 6500


def test_ends_hold_no_lung_and_the_bases_are_small() -> None:
    areas = phantom(32, 64, return_mask=True)[1].lungs.sum(axis=(1, 2))
    assert areas[0] == areas[-1] == 0
    assert (areas[4:-4] > 0).all()
    assert 0 < areas[3] < areas[16] / 2
    assert 0 < areas[-4] < areas[16] / 2


def test_windpipe_is_air_outside_the_mask(healthy: Pair) -> None:
    scan, mask = healthy
    upper = slice(11, 14)
    tube = scan.voxels[upper, 58:74, 60:68]
    assert (tube < -900).any(axis=(1, 2)).all()
    assert not mask.lungs[upper, 58:74, 60:68].any()


def test_opacities_are_lung_of_the_same_patient(healthy: Pair, ill: Pair) -> None:
    assert (healthy[1].voxels == ill[1].voxels).all()
    change = ill[0].voxels.astype(int) - healthy[0].voxels
    lungs = healthy[1].lungs
    assert (change[lungs] > 150).mean() > 0.01
    # The scanner's blur carries a patch one pixel beyond the pleura, no farther.
    assert (np.abs(change[~lungs]) > 150).mean() < 0.001


def test_opacities_reach_their_hounsfield_units(healthy: Pair, ill: Pair) -> None:
    change = ill[0].voxels.astype(int) - healthy[0].voxels
    filled = ill[0].voxels[(change > 150) & healthy[1].lungs]
    assert ((filled > -650) & (filled < -250)).mean() > 0.2
    assert ((filled > -80) & (filled < 80)).mean() > 0.05


def test_more_opacities_fill_more_lung() -> None:
    shares = []
    for count in (0, 2, 8):
        scan, mask = phantom(12, 96, opacities=count, return_mask=True)
        shares.append((scan.voxels[mask.lungs] > -650).mean())
    assert shares[0] < shares[1] < shares[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"slices": 0}, "slices=0"),
        ({"size": 15}, "size=15"),
        ({"opacities": -1}, "negative"),
        ({"spacing": (1, 1)}, "3 positive"),
        ({"spacing": (0, 1, 1)}, "3 positive"),
    ],
)
def test_refuses_what_cannot_be(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        phantom(**arguments)  # type: ignore[call-overload]
