from __future__ import annotations

import numpy as np
import pytest

from lungseg.quantify.thirds import third_of


@pytest.mark.parametrize("height", range(3, 40))
def test_thirds_are_of_one_height(height) -> None:
    slices = np.zeros(height + 7, bool)
    slices[3 : 3 + height] = True
    slices[4] = height == 3  # a slice without lung between two with it belongs to the lungs
    thirds = third_of(slices)
    counts = np.bincount(thirds[thirds >= 0], minlength=3)
    assert counts.sum() == height
    assert counts.max() - counts.min() <= 1
    assert counts[0] == counts[2]
    assert (np.diff(thirds[3 : 3 + height]) >= 0).all()
    assert (thirds[:3] == -1).all()


def test_too_few_slices_have_no_thirds() -> None:
    assert third_of(np.zeros(9, bool)) is None
    assert third_of(np.array([True, True])) is None
