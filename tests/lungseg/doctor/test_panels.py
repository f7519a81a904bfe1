from __future__ import annotations

import numpy as np
import pytest

from lungseg.doctor.panels import count_panels


@pytest.fixture(params=["whole", "cropped", "narrow"])
def grey(chest, request) -> np.ndarray:
    """A slice; cropped, the body reaches every edge; in a narrow window it is plain white."""
    low, width = (-1000, 300) if request.param == "narrow" else (-1000, 1400)
    middle = np.clip((chest[0].axial()[6] - low) / width * 255, 0, 255).astype(np.uint8)
    return middle if request.param == "whole" else middle[20:76, 18:72]


def test_a_slice_is_one(grey) -> None:
    assert [count_panels(turned) for turned in (grey, grey.T)] == [1, 1]


@pytest.mark.parametrize("border", [0, 128])
def test_plain_lines_part_slices(grey, border) -> None:
    tile = np.pad(grey, 3, constant_values=border)
    assert count_panels(np.hstack([tile] * 3)) == 3
    assert count_panels(np.vstack([np.hstack([tile] * 2)] * 2)) == 4


def test_slices_that_touch_are_not_told_apart(chest) -> None:
    middle = np.clip((chest[0].axial()[6] + 1000) / 1400 * 255, 0, 255).astype(np.uint8)
    cropped = middle[20:76, 18:72]
    assert count_panels(np.hstack([cropped, cropped])) == 1


def test_what_is_small_beside_a_slice_is_none(chest) -> None:
    middle = np.clip((chest[0].axial()[6] + 1000) / 1400 * 255, 0, 255).astype(np.uint8)
    scale = np.zeros((len(middle), 30), np.uint8)
    scale[20:70, 10:20] = 200
    assert count_panels(np.hstack([middle, scale])) == 1


def test_a_blank_picture_has_no_parts() -> None:
    assert count_panels(np.zeros((64, 64), np.uint8)) == 1
