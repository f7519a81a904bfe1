from __future__ import annotations

import numpy as np
import pytest

from lungseg.geometry import axial_affine
from lungseg.preprocess import Halves, Trim
from lungseg.scan import Scan


def numbered(slices: int) -> Scan:
    voxels = np.repeat(np.arange(slices, dtype=np.int16), 16).reshape(slices, 4, 4)
    return Scan(voxels, axial_affine((5.0, 1.0, 1.0)))


@pytest.mark.parametrize(
    ("share", "slices", "kept"),
    [(0.25, 8, (2, 6)), (0.2, 10, (2, 8)), (0.49, 3, (1, 2)), (0.25, 1, (0, 1)), (0.0, 4, (0, 4))],
)
def test_the_outermost_are_left_out(share, slices, kept) -> None:
    found = Trim(share).transform(numbered(slices))
    assert found.scan.voxels[:, 0, 0].tolist() == list(range(*kept))
    assert found.slice_of(0) == kept[0]
    assert found.scan.affine[2, 3] == 5 * kept[0]


def test_parts_of_a_slice_stay_together() -> None:
    halves = Halves().transform(numbered(6)).scan
    found = Trim(0.25).transform(halves).scan
    assert found.voxels[:, 0, 0].tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
