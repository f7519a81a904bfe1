from __future__ import annotations

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

import lungseg
from lungseg.geometry import moved_origin
from lungseg.io.infection_labels import read_infection
from lungseg.io.masks import read_mask
from tests.lungseg.test_geometry import ORIENTATIONS, reoriented


@pytest.mark.parametrize(("axes", "signs"), ORIENTATIONS)
def test_a_mask_whose_axes_run_otherwise_is_turned(tmp_path, chest, axes, signs) -> None:
    scan, truth = chest
    array, affine = reoriented(truth.voxels, truth.affine, axes, signs)
    image = nibabel.Nifti1Image(array, affine)
    nibabel.save(image, tmp_path / "mask.nii.gz")
    for mask in (tmp_path / "mask.nii.gz", image, lungseg.LungMask(array, affine)):
        assert np.array_equal(read_mask(mask, scan), truth.lungs)
    assert np.array_equal(
        read_infection(image, scan).infection, (truth.voxels == 2) * np.uint8(255)
    )


def flipped(truth: lungseg.LungMask) -> tuple[np.ndarray, np.ndarray]:
    return reoriented(truth.voxels, truth.affine, (0, 1, 2), (1, 1, -1))


def test_axes_that_run_otherwise_elsewhere_are_refused(chest) -> None:
    scan, truth = chest
    array, affine = flipped(truth)
    elsewhere = lungseg.LungMask(array, moved_origin(affine, (0, 0, 5)))
    with pytest.raises(lungseg.InputError, match="header places it elsewhere"):
        read_mask(elsewhere, scan)


def test_bare_values_are_in_the_axes_of_the_scan(tmp_path, chest) -> None:
    scan, truth = chest
    # As SimpleITK and nibabel save what they know nothing of.
    plain = sitk.GetImageFromArray(truth.voxels)
    assert np.array_equal(read_mask(plain, scan), truth.lungs)
    assert np.array_equal(
        read_mask(nibabel.Nifti1Image(truth.voxels.T, np.eye(4)), scan), truth.lungs
    )
    image = sitk.GetImageFromArray(scan.voxels)
    image.SetDirection((-1, 0, 0, 0, 1, 0, 0, 0, 1))
    image.SetSpacing((0.7, 0.7, 5.0))
    assert np.array_equal(read_mask(plain, lungseg.read(image)), truth.lungs)


def test_numbers_of_a_palette_count_and_not_its_colours(tmp_path) -> None:
    scan = lungseg.read(np.random.default_rng(0).integers(0, 255, (64, 80), np.uint8))
    truth = np.zeros((64, 80), np.uint8)
    truth[10:30] = 1
    picture = Image.fromarray(truth)
    picture.putpalette([255, 255, 255, 0, 0, 0])
    picture.save(tmp_path / "mask.png")
    for mask in (picture, tmp_path / "mask.png"):
        assert np.array_equal(read_mask(mask, scan)[0], truth > 0)


def test_another_size_is_refused(chest) -> None:
    with pytest.raises(lungseg.InputError, match="own grid"):
        read_mask(chest[1].voxels[:-1], chest[0])
