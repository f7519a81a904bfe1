from __future__ import annotations

import numpy as np
import pytest

from lungseg.doctor.panels import count_panels
from lungseg.preprocess.window import Window

#: In which the body of the phantom reaches every edge.
CROPPED = np.s_[20:76, 18:72]


@pytest.fixture
def whole(chest) -> np.ndarray:
    return Window().apply(chest[0].axial()[6])


@pytest.fixture(params=["whole", "cropped", "narrow"])
def grey(chest, whole, request) -> np.ndarray:
    """A slice, or part of it; in a narrow window the body is plain white."""
    if request.param == "whole":
        return whole
    narrow = Window(-1000, -700).apply(chest[0].axial()[6])
    return (narrow if request.param == "narrow" else whole)[CROPPED]


def test_a_slice_is_one(grey) -> None:
    assert [count_panels(turned) for turned in (grey, grey.T)] == [1, 1]


@pytest.mark.parametrize("border", [0, 128])
def test_plain_lines_part_slices(grey, border) -> None:
    tile = np.pad(grey, 3, constant_values=border)
    assert count_panels(np.hstack([tile] * 3)) == 3
    assert count_panels(np.vstack([np.hstack([tile] * 2)] * 2)) == 4


def test_slices_that_touch_are_not_told_apart(whole) -> None:
    assert count_panels(np.hstack([whole[CROPPED]] * 2)) == 1


def test_what_is_small_beside_a_slice_is_none(whole) -> None:
    scale = np.zeros((len(whole), 30), np.uint8)
    scale[20:70, 10:20] = 200
    assert count_panels(np.hstack([whole, scale])) == 1


def test_a_blank_picture_has_no_parts() -> None:
    assert count_panels(np.zeros((64, 64), np.uint8)) == 1
