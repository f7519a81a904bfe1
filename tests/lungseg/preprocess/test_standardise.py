from __future__ import annotations

import numpy as np
import pytest

import lungseg
from lungseg.preprocess import Standardise
from lungseg.scan import Scan


def test_each_slice_has_its_own_mean_and_deviation() -> None:
    scan = lungseg.phantom(slices=4, size=96)
    found = Standardise(5.0).transform(scan).scan
    assert found.units == "display"
    for part in found.voxels.astype(float):
        scaled = (part / 127.5 - 1) * 5
        assert scaled.mean() == pytest.approx(0, abs=0.02)
        assert scaled.std() == pytest.approx(1, abs=0.02)


def test_brightness_and_contrast_of_a_picture_do_not_matter() -> None:
    picture = np.random.default_rng(0).integers(0, 100, (1, 32, 32)).astype(np.uint8)
    plain, other = (
        Standardise().transform(Scan(p, units="display")).scan.voxels.astype(int)
        for p in (picture, 2 * picture + 40)
    )
    assert np.abs(plain - other).max() <= 1


def test_noise_of_empty_air_is_not_blown_up() -> None:
    noise = np.random.default_rng(0).integers(-1002, -996, (1, 32, 32)).astype(np.int16)
    assert not Standardise().transform(Scan(noise)).scan.voxels.any()
