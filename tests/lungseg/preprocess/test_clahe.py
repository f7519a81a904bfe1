from __future__ import annotations

import cv2
import numpy as np

import lungseg
from lungseg.preprocess import Clahe, HUWindow


def test_it_is_opencvs_slice_by_slice() -> None:
    scan = lungseg.phantom(slices=3, size=64)
    found = Clahe(2.0, tiles=4).transform(scan).scan
    grey = HUWindow().transform(scan).scan.voxels
    expected = cv2.createCLAHE(2.0, (4, 4)).apply(grey[1])
    assert found.units == "display"
    assert np.array_equal(found.voxels[1], expected)


def test_a_window_before_it_is_kept() -> None:
    scan = lungseg.phantom(slices=1, size=64)
    narrow = HUWindow(-160, 240).transform(scan).scan
    assert not np.array_equal(
        Clahe().transform(narrow).scan.voxels, Clahe().transform(scan).scan.voxels
    )
