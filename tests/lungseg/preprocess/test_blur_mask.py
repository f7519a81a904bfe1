from __future__ import annotations

import numpy as np

import lungseg
from lungseg.preprocess import BlurMask
from lungseg.scan import Scan


def test_what_is_bright_on_the_scale_of_the_kernel_goes() -> None:
    grey = np.full((1, 128, 128), 40, np.uint8)
    grey[0, :, 64:] = 230
    grey[0, 30, 30] = 255  # a vessel: bright, but small
    found = BlurMask([(60, 170)]).transform(Scan(grey, units="display")).scan
    assert found.parts == 1
    assert found.voxels[0, 30, 30] == 255
    assert found.voxels[0, 5, 5] == 40
    assert not found.voxels[0, :, 90:].any()


def test_the_kernel_scales_with_the_picture() -> None:
    small = np.zeros((1, 128, 128), np.uint8)
    small[0, :, 64:] = 230
    large = small.repeat(4, axis=1).repeat(4, axis=2)
    kept = [
        (BlurMask([(60, 100)]).transform(Scan(grey, units="display")).scan.voxels > 0).mean()
        for grey in (small, large)
    ]
    assert abs(kept[0] - kept[1]) < 0.02


def test_several_filters_are_parts_of_each_slice() -> None:
    scan = lungseg.phantom(slices=3, size=128)
    both = BlurMask().transform(scan)
    single = [BlurMask([pair]).transform(scan).scan.axial() for pair in ((60, 200), (40, 170))]
    assert both.scan.parts == 2
    assert both.scan.units == "HU"
    assert np.array_equal(both.scan.voxels[0::2], single[0])
    assert np.array_equal(both.scan.voxels[1::2], single[1])
    assert [both.slice_of(n) for n in range(6)] == [0, 0, 1, 1, 2, 2]
    # A heat map of both filters comes back as their mean.
    heat = np.zeros(both.scan.shape, np.float32)
    heat[0::2] = 1
    assert np.allclose(both.restore(heat), 0.5)
