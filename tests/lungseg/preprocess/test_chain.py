from __future__ import annotations

import numpy as np
import pytest

import lungseg
from lungseg.preprocess import BodyCrop, Chain, Clahe, Halves, LungCrop, Standardise, Trim
from lungseg.preprocess.chain import check_transforms


@pytest.fixture(scope="module")
def case():
    return lungseg.phantom(slices=10, size=96, return_mask=True)


def test_the_roi_comes_after_those_of_the_scan_and_before_the_rest(case) -> None:
    scan, mask = case
    roi = lungseg.RoiMultiply("air", crop=True)
    shown = Chain([Trim(0.2), Clahe(), Halves()], roi).show(scan, mask)
    assert shown.scan.parts == 2
    trimmed = Trim(0.2).transform(scan, mask)
    equal = Clahe().transform(trimmed.scan, trimmed.mask)
    (cropped,) = roi.transform([(equal.scan, equal.mask)])
    assert np.array_equal(shown.scan.voxels, Halves().transform(cropped).scan.voxels)


def test_all_the_way_back_through_cuts_and_pieces(case) -> None:
    scan, mask = case
    shown = Chain(
        [Trim(0.2), BodyCrop(), LungCrop(None), Halves()], lungseg.RoiMultiply(None, margin=0)
    ).show(scan, mask)
    lungs = shown.scan.voxels < -700
    back = shown.restore(lungs)
    assert back.shape == scan.shape
    assert (scan.voxels[back] < -700).all()
    inside = (scan.voxels < -700) & mask.lungs
    inside[:2] = inside[8:] = False
    assert np.array_equal(back & mask.lungs, inside)
    numbers = [shown.slice_of(n) for n in range(len(shown.scan.axial()))]
    assert numbers == [n for n in range(2, 8) for _ in range(2)]


def test_a_doubtful_mask_is_not_applied_anywhere(case) -> None:
    scan, mask = case
    doubt = lungseg.LungMask(mask.voxels, mask.affine, confidence=0.1)
    shown = Chain([LungCrop()], lungseg.RoiMultiply()).show(scan, doubt)
    assert shown.scan.shape == scan.shape
    assert np.array_equal(shown.scan.voxels, scan.voxels)
    assert len(shown.scan.warnings) == 1  # both say the same


@pytest.mark.parametrize(
    ("transforms", "masked", "message"),
    [
        (Clahe(), True, "must be a list of transforms"),
        (["clahe"], True, "must be a list of transforms"),
        ([Clahe(clip=-1)], True, "clip of Clahe"),
        ([LungCrop()], False, "needs the masks of a masker"),
        ([Standardise(), Clahe()], True, "list Clahe first"),
    ],
)
def test_what_cannot_be_chained_is_refused(transforms, masked, message) -> None:
    with pytest.raises(ValueError, match=message):
        check_transforms(transforms, masked=masked)
