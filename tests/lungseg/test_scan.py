from __future__ import annotations

import numpy as np
import pytest

from lungseg import LungMask, Scan


def test_scan_cannot_be_changed(chest) -> None:
    scan, _ = chest
    with pytest.raises(ValueError, match="read-only"):
        scan.voxels[0, 0, 0] = 0
    with pytest.raises(AttributeError):
        scan.units = "display"


def test_freezing_leaves_the_callers_array_writeable() -> None:
    array = np.zeros((1, 64, 64), np.uint8)
    Scan(array, units="display")
    array[0, 0, 0] = 1


@pytest.mark.parametrize(
    ("voxels", "units"),
    [
        (np.zeros((2, 2), np.int16), "HU"),
        (np.zeros((1, 2, 2), np.int32), "HU"),
        (np.zeros((1, 2, 2), np.int16), "display"),
        (np.zeros((1, 2, 2), np.int16), "grey"),
    ],
)
def test_wrong_voxels_are_refused(voxels, units) -> None:
    with pytest.raises(ValueError, match=r"units|voxels"):
        Scan(voxels, units=units)


def test_volume_is_voxels_times_their_size() -> None:
    mask = LungMask(np.ones((2, 10, 10), np.uint8), np.diag([5.0, 2.0, 1.0, 1.0]))
    assert mask.volume_ml() == pytest.approx(200 * 10 / 1000)
    assert LungMask(np.ones((1, 2, 2), np.uint8)).volume_ml() is None


def test_affine_stands_above_spacing() -> None:
    array = np.linspace(-1000, 500, 64 * 64 * 64).reshape(64, 64, 64)
    scan = Scan.from_array(array, spacing=(1, 1, 1), affine=np.diag([3.0, 2.0, 1.0, 1.0]))
    assert scan.spacing == (3.0, 2.0, 1.0)


def test_sides_of_a_mask_are_read_and_lobes_are_lung(chest, tmp_path) -> None:
    scan, truth = chest
    again = LungMask.read(truth.save(tmp_path / "lungs.nii.gz"), scan)
    assert np.array_equal(again.voxels, truth.voxels)
    assert (again.method, again.source) == ("given", scan.source)
    lobes = LungMask.read(np.where(truth.lungs, 4, 0), scan)
    assert np.array_equal(lobes.voxels, truth.lungs)
