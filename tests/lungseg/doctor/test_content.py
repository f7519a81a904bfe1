from __future__ import annotations

import numpy as np
import pytest

from lungseg.doctor.content import check_content


@pytest.fixture
def grey(chest) -> np.ndarray:
    return np.clip((chest[0].axial() + 1000) / 1400 * 255, 0, 255).astype(np.uint8)


def codes(slices: np.ndarray) -> set[str]:
    return {finding.code for finding in check_content(slices, "display", "array")}


def test_a_slice_is_a_slice(grey) -> None:
    assert codes(grey) == set()


def test_a_negative_is_noticed(grey) -> None:
    # The table below the body reaches the edge, as it does in a scanner.
    part = grey[:, :, 2:88].copy()
    part[:, 70:, 30:60] = 180
    assert codes(255 - part) == {"inverted"}
    assert codes(part) == set()


def test_slices_side_by_side_are_noticed(grey) -> None:
    assert codes(np.concatenate([grey, grey], axis=2)) == {"several"}


def test_hu_in_unsigned_bytes_are_noticed(chest) -> None:
    noisy = chest[0].axial() + np.random.default_rng(0).normal(0, 30, chest[0].axial().shape)
    assert codes(noisy.astype(np.int16).astype(np.uint8)) == {"noise"}


@pytest.mark.data
def test_no_real_picture_is_found_odd(data) -> None:
    import lungseg

    odd = {"noise", "inverted", "several", "two-values", "long"}
    for path in sorted((data / "covid_ct").glob("*/*.*"))[::3]:
        assert not odd & {finding.code for finding in lungseg.read(path).findings}, path.name
