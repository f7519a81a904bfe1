from __future__ import annotations

import numpy as np
import pytest

from lungseg.doctor.values import settle_values


def settle(values: np.ndarray, units=None):
    voxels, settled, findings = settle_values(values, units, "array")
    return voxels, settled, {finding.code for finding in findings}


@pytest.fixture
def hu(chest) -> np.ndarray:
    return chest[0].voxels


@pytest.mark.parametrize("offset", [1024, 32768])
def test_shifted_hu_come_back(hu, offset) -> None:
    voxels, units, codes = settle(hu.astype(np.int32) + offset)
    assert (voxels == hu).all()
    assert (units, codes) == ("HU", {"shifted-hu"})


def test_shifted_hu_come_back_even_where_hu_were_claimed(hu) -> None:
    assert (settle(hu + 1024, "HU")[0] == hu).all()


def test_hu_are_never_shifted(hu) -> None:
    assert settle(hu)[2] == set()
    assert settle(np.clip(hu, -900, 900))[2] == set()


def test_int16_hu_are_not_copied(hu) -> None:
    assert np.shares_memory(settle(hu)[0], hu)


def test_metal_stays_and_padding_becomes_air(hu) -> None:
    odd = hu.copy()
    odd[:, 0, 0], odd[:, 0, 1] = 5556, -3024
    voxels = settle(odd)[0]
    assert (voxels[:, 0, 0] == 5556).all()
    assert (voxels[:, 0, 1] == -1024).all()


def test_deep_grey_becomes_bytes(hu) -> None:
    grey = np.clip((hu + 1000.0) / 1400, 0, 1)
    voxels, units, _ = settle((grey * 65535).astype(np.uint16))
    assert units == "display"
    assert np.abs(voxels.astype(float) - grey * 255).max() < 3


def test_a_saturated_picture_is_not_taken_for_wrapped_hu() -> None:
    picture = np.zeros((1, 64, 64), np.uint16)
    picture[0, 16:48] = 65535
    picture[0, 30] = 3000
    voxels, units, codes = settle(picture)
    assert units == "display"
    assert "wrapped-hu" not in codes
    assert voxels[0, 20, 0] > voxels[0, 0, 0]
