from __future__ import annotations

import numpy as np
import pytest

from lungseg.preprocess import LungCrop
from lungseg.scan import LungMask, Scan


def two_lungs() -> tuple[Scan, LungMask]:
    """Three slices; in the last the left lung is smaller, and the first shows none."""
    labels = np.zeros((3, 60, 80), np.uint8)
    labels[1:, 10:50, 5:25] = 1
    labels[1, 20:40, 50:70] = 2
    labels[2, 25:35, 50:60] = 2
    voxels = np.where(labels == 1, -800, np.where(labels == 2, -600, 40)).astype(np.int16)
    return Scan(voxels), LungMask(labels)


def test_each_lung_fills_its_half_slice_by_slice() -> None:
    found = LungCrop(64).transform(*two_lungs())
    assert found.scan.shape == (2, 64, 64)
    for part in found.scan.voxels:
        assert (part[4:60, 4:28] == -800).all()
        assert (part[30:34, 34:62] == -600).all()
        assert not (part == 40).any()
    assert (found.mask.voxels[:, 32, 40:60] == 2).all()
    assert [found.slice_of(n) for n in (0, 1)] == [1, 2]


def test_without_a_size_pixels_stay_and_come_back_exactly() -> None:
    scan, mask = two_lungs()
    found = LungCrop(None).transform(scan, mask)
    assert found.scan.shape == (2, 40, 40)
    back = found.restore(found.scan.voxels)
    shown = found.restore(np.ones(found.scan.shape, bool))
    assert np.array_equal(back[shown], scan.voxels[shown])
    assert np.array_equal(found.restore(found.mask.voxels), mask.voxels)


def test_enlarged_masks_come_back_exactly() -> None:
    scan, mask = two_lungs()
    found = LungCrop(160).transform(scan, mask)
    assert np.array_equal(found.restore(found.mask.voxels), mask.voxels)


@pytest.mark.parametrize("label", [1, 2])
def test_one_lung_has_the_picture_to_itself(label) -> None:
    scan, mask = two_lungs()
    only = LungMask(np.where(mask.voxels == label, label, 0).astype(np.uint8))
    found = LungCrop(64).transform(scan, only)
    columns = np.flatnonzero(found.mask.lungs.any(axis=(0, 1)))
    assert columns[0] < 32 <= columns[-1]


@pytest.mark.parametrize(("lungs", "confidence"), [(0, 1.0), (1, 0.2)])
def test_a_mask_in_doubt_is_not_applied_and_that_is_said(lungs, confidence) -> None:
    scan, mask = two_lungs()
    doubt = LungMask(mask.voxels * np.uint8(lungs), confidence=confidence)
    found = LungCrop(64).transform(scan, doubt)
    assert np.array_equal(found.scan.voxels, scan.voxels)
    assert "whole slice" in found.scan.warnings[0]


def test_no_mask_is_an_error() -> None:
    with pytest.raises(ValueError, match="LungCrop needs the mask"):
        LungCrop().transform(two_lungs()[0])
