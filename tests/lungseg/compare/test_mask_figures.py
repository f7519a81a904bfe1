from __future__ import annotations

import numpy as np

from lungseg.compare.mask_figures import overlap_figures

NONE, ALL = np.zeros(4, bool), np.ones(4, bool)


def test_nothing_there_and_nothing_marked_is_right() -> None:
    assert set(overlap_figures(NONE, NONE).values()) == {1.0}


def test_marked_where_nothing_is() -> None:
    assert overlap_figures(ALL, NONE) == {"dice": 0, "iou": 0, "precision": 0, "recall": 1}


def test_nothing_marked_where_something_is() -> None:
    assert overlap_figures(NONE, ALL) == {"dice": 0, "iou": 0, "precision": 0, "recall": 0}


def test_a_quarter_of_the_truth() -> None:
    found = overlap_figures(np.array([True, False, False, False]), ALL)
    assert found == {"dice": 0.4, "iou": 0.25, "precision": 1, "recall": 0.25}
