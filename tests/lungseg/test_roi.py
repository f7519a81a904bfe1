from __future__ import annotations

import numpy as np
import pytest

import lungseg
from lungseg.scan import MaskedScan


def test_what_is_not_lung_becomes_air(chest) -> None:
    scan, mask = chest
    roi = lungseg.RoiMultiply(crop=False).transform([MaskedScan(scan, mask)])[0]
    assert roi.shape == scan.shape
    assert (roi.voxels[~mask.lungs] == -1000).all()
    assert (roi.voxels[mask.lungs] == scan.voxels[mask.lungs]).all()


def test_display_grey_is_filled_with_black_or_a_value() -> None:
    voxels = np.full((1, 64, 64), 100, np.uint8)
    scan = lungseg.Scan(voxels, units="display")
    mask = lungseg.LungMask(np.pad(np.ones((1, 32, 32), np.uint8), ((0, 0), (16, 16), (16, 16))))
    for fill, value in (("air", 0), (7, 7), (None, 100)):
        roi = lungseg.RoiMultiply(fill, crop=False).transform([MaskedScan(scan, mask)])[0]
        assert roi.voxels[0, 0, 0] == value
        assert roi.voxels[0, 20, 20] == 100


def test_a_crop_knows_where_it_lies(chest) -> None:
    scan, mask = chest
    roi = lungseg.RoiMultiply(crop=True, margin=0).transform([MaskedScan(scan, mask)])[0]
    corner = [int(np.flatnonzero(mask.lungs.any(axis=a))[0]) for a in ((1, 2), (0, 2), (0, 1))]
    assert np.allclose(roi.affine @ [0, 0, 0, 1], scan.affine @ [*corner, 1])
    assert roi.spacing == scan.spacing


@pytest.mark.parametrize("confidence", [0.0, 0.4])
def test_a_mask_in_doubt_is_not_applied_and_that_is_said(chest, confidence) -> None:
    scan, mask = chest
    doubt = lungseg.LungMask(mask.voxels, mask.affine, confidence=confidence)
    roi = lungseg.RoiMultiply(min_confidence=0.5).transform([MaskedScan(scan, doubt)])[0]
    assert np.array_equal(roi.voxels, scan.voxels)
    assert "whole slice" in roi.warnings[0]


def test_an_empty_mask_leaves_the_scan_whole(chest) -> None:
    scan, _ = chest
    empty = lungseg.LungMask(np.zeros(scan.shape, np.uint8), scan.affine)
    roi = lungseg.RoiMultiply(min_confidence=0).transform([MaskedScan(scan, empty)])[0]
    assert np.array_equal(roi.voxels, scan.voxels)


def test_a_pair_will_do_and_sizes_must_agree(chest) -> None:
    scan, mask = chest
    pair = lungseg.RoiMultiply().transform([(scan, mask)])[0]
    named = lungseg.RoiMultiply().transform([MaskedScan(scan, mask)])[0]
    assert np.array_equal(pair.voxels, named.voxels)
    small = lungseg.LungMask(mask.voxels[:3], mask.affine)
    with pytest.raises(lungseg.InputError, match="own grid"):
        lungseg.RoiMultiply().transform([(scan, small)])


def test_wrong_fill_is_refused() -> None:
    with pytest.raises(ValueError, match="fill of RoiMultiply"):
        lungseg.RoiMultiply("black").fit()
