from __future__ import annotations

import numpy as np

from lungseg.inference.reach import reach_beyond


def lungs_and_infection() -> tuple[np.ndarray, np.ndarray]:
    allowed = np.zeros((40, 60), bool)
    allowed[10:30, 10:30] = True
    return allowed, np.zeros((40, 60), np.float32)


def test_a_consolidated_lobe_that_the_masker_missed_is_taken_in() -> None:
    allowed, infection = lungs_and_infection()
    infection[12:28, 22:46] = 0.8  # a third of it in the lung mask
    found = reach_beyond(allowed, infection, most=20)
    assert found[12:28, 22:46].all()
    assert found.sum() == allowed.sum() + 16 * 16


def test_what_merely_touches_the_lungs_stays_out() -> None:
    allowed, infection = lungs_and_infection()
    infection[12:28, 28:58] = 0.8
    assert np.array_equal(reach_beyond(allowed, infection, most=20), allowed)


def test_what_lies_apart_stays_out() -> None:
    allowed, infection = lungs_and_infection()
    infection[12:20, 12:20] = infection[2:6, 50:58] = 0.9
    assert np.array_equal(reach_beyond(allowed, infection, most=20), allowed)


def test_what_lies_far_from_the_lungs_stays_out() -> None:
    allowed, infection = lungs_and_infection()
    infection[12:28, 22:46] = 0.8
    found = reach_beyond(allowed, infection, most=4)
    assert found[12:28, 22:34].all()
    assert not found[:, 34:].any()
