from __future__ import annotations

import numpy as np
import pytest

import lungseg
from lungseg.preprocess import ActiveContour
from lungseg.preprocess.snake import contract_around
from lungseg.scan import Scan


def lungs(size: int) -> np.ndarray:
    """Two ellipses side by side in a picture of this size."""
    rows, columns = np.indices((size, size)) / size
    return (
        (((rows - 0.5) / 0.25) ** 2 + ((columns - side) / 0.12) ** 2 < 1) for side in (0.35, 0.65)
    )


@pytest.mark.parametrize("size", [40, 64, 200, 512])
def test_one_curve_around_both_at_any_size(size) -> None:
    right, left = lungs(size)
    held = contract_around(right | left)
    assert held[right | left].mean() > 0.95
    assert held[size // 2, size // 2]  # the mediastinum
    share = contract_around(np.logical_or(*lungs(128))).mean()
    assert held.mean() == pytest.approx(share, rel=0.08)


def test_a_curve_under_too_much_tension_gives_way_to_the_hull() -> None:
    marks = np.logical_or(*lungs(100))
    held = contract_around(marks, alpha=100.0)
    assert held[marks].all()
    assert held.mean() < 0.3  # of the picture


def test_outside_the_curve_is_air_and_the_lungs_stay() -> None:
    scan, mask = lungseg.phantom(slices=1, size=160, opacities=0, return_mask=True)
    found = ActiveContour().transform(scan, mask).scan
    assert (found.voxels[mask.lungs] == scan.voxels[mask.lungs]).mean() > 0.97
    assert (found.voxels == -1000).mean() > (scan.voxels == -1000).mean() + 0.15
    cropped = ActiveContour(crop=True).transform(scan, mask)
    assert cropped.scan.shape[2] < 0.8 * scan.shape[2]
    assert cropped.mask.lungs.sum() > 0.97 * mask.lungs.sum()


def test_a_picture_without_lungs_passes_whole_and_says_so() -> None:
    scan = Scan(np.full((1, 64, 64), 120, np.uint8), units="display")
    found = ActiveContour(crop=True).transform(scan).scan
    assert np.array_equal(found.voxels, scan.voxels)
    assert "no dark regions" in found.warnings[0]
