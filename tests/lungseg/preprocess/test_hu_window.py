from __future__ import annotations

import numpy as np

from lungseg.preprocess import HUWindow
from lungseg.scan import Scan


def test_bounds_become_black_and_white() -> None:
    scan = Scan(np.array([[[-2000, -1350, -600, 150, 900]]], np.int16))
    shown = HUWindow(-1350, 150).transform(scan).scan
    assert shown.units == "display"
    assert shown.voxels.ravel().tolist() == [0, 0, 128, 255, 255]


def test_display_grey_stays_as_it_is() -> None:
    scan = Scan(np.array([[[0, 7, 255]]], np.uint8), units="display")
    assert np.array_equal(HUWindow(-10, 10).transform(scan).scan.voxels, scan.voxels)
