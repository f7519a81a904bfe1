from __future__ import annotations

import numpy as np

from lungseg.postprocess.above_threshold import above_threshold


def _marks(value: int, width: int) -> np.ndarray:
    marks = np.zeros((2, 128, 128), np.uint8)
    marks[0, 20:100, 20:50] = 240
    marks[0, 20:100, 50 : 50 + width] = value
    return marks


def test_a_wide_region_is_taken_in_where_it_is_nearly_lung() -> None:
    assert above_threshold(_marks(110, 20), 0.5)[0, 60, 60]
    assert not above_threshold(_marks(90, 20), 0.5)[0, 60, 60]


def test_an_edge_stays_where_it_is() -> None:
    plain = _marks(120, 2)
    assert np.array_equal(above_threshold(plain, 0.5), plain >= 128)


def test_nothing_is_taken_in_on_a_slice_without_any_lung() -> None:
    marks = np.zeros((1, 128, 128), np.uint8)
    marks[0, 20:80, 20:80] = 120
    assert not above_threshold(marks, 0.5).any()


def test_a_low_threshold_stays_above_nothing() -> None:
    marks = np.zeros((1, 64, 64), np.uint8)
    marks[0, :8] = 255
    assert not above_threshold(marks, 0.05)[0, 20:].any()


def test_a_background_little_below_the_threshold_stays_out() -> None:
    marks = np.maximum(_marks(125, 20), 118)
    lungs = above_threshold(marks, 0.5)[0]
    assert lungs[60, 60]
    assert not lungs[110:].any()
    assert not lungs[:, 80:].any()
