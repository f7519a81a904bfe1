from __future__ import annotations

import numpy as np
import pytest

from lungseg.postprocess.fill_holes import fill_holes

WIDE, NARROW = np.s_[20:32, 20:32], np.s_[40:43, 40:43]


@pytest.fixture
def lungs() -> np.ndarray:
    mask = np.zeros((64, 64), bool)
    mask[8:56, 8:56] = True
    mask[WIDE] = mask[NARROW] = False
    return mask


def test_without_marks_every_hole_is_filled(lungs) -> None:
    assert fill_holes(lungs)[8:56, 8:56].all()


@pytest.mark.parametrize(("mark", "filled"), [(0, False), (30, False), (60, True), (120, True)])
def test_a_wide_hole_is_filled_where_it_may_be_lung(lungs, mark, filled) -> None:
    found = fill_holes(lungs, np.where(lungs, 255, mark).astype(np.uint8))
    assert found[WIDE].all() == found[WIDE].any() == filled
    assert found[NARROW].all()  # a vessel
    assert np.array_equal(found[lungs], lungs[lungs])
    assert not found[:8].any()


def test_the_slope_at_the_rim_of_a_dome_does_not_fill_it(lungs) -> None:
    marks = np.where(lungs, 255, 110).astype(np.uint8)
    marks[21:31, 21:31] = 5
    assert not fill_holes(lungs, marks)[WIDE].any()


def test_what_lies_between_lungs_that_touch_twice_stays_open() -> None:
    """A hole wider than the lungs: the mediastinum."""
    ring = np.ones((40, 40), bool)
    ring[3:37, 3:37] = False
    ring[0, :] = ring[-1, :] = False
    marks = ring * np.uint8(255)
    assert np.array_equal(fill_holes(ring, marks), ring)


def test_nothing_stays_nothing() -> None:
    nothing = np.zeros((8, 8), bool)
    assert not fill_holes(nothing, np.zeros((8, 8), np.uint8)).any()
