from __future__ import annotations

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

import lungseg
from lungseg.geometry import axial_affine
from tests.lungseg.test_geometry import ORIENTATIONS, reoriented


@pytest.mark.parametrize(("axes", "signs"), ORIENTATIONS)
def test_every_orientation_comes_back_in_place(tmp_path, chest, axes, signs) -> None:
    scan, truth = chest
    # nibabel writes what lungseg reads, so that one cannot hide the other's mistakes.
    array, affine = reoriented(scan.voxels, scan.affine, axes, signs)
    nibabel.save(nibabel.Nifti1Image(array, affine), tmp_path / "scan.nii")
    read = lungseg.read(tmp_path / "scan.nii")
    assert (read.axial() == scan.axial()).all()
    voxels = np.ascontiguousarray(read.order.undo(truth.axial()))
    saved = lungseg.LungMask(voxels, read.affine).save(tmp_path / "mask.nii.gz")
    images = [sitk.ReadImage(str(path)) for path in (tmp_path / "scan.nii", saved)]
    for field in ("GetSize", "GetSpacing", "GetOrigin", "GetDirection"):
        before, after = (getattr(image, field)() for image in images)
        assert np.allclose(before, after, atol=1e-4), field
    mask = nibabel.load(saved)
    expected, _ = reoriented(truth.voxels, truth.affine, axes, signs)
    assert np.allclose(mask.affine, affine, atol=1e-3)
    assert (np.asarray(mask.dataobj) == expected).all()


@pytest.mark.parametrize("suffix", [".nii", ".nrrd", ".mha"])
def test_an_oblique_scan_keeps_its_place(tmp_path, chest, suffix) -> None:
    turn = np.deg2rad(20)
    image = sitk.GetImageFromArray(chest[0].voxels)
    image.SetSpacing((0.7, 0.8, 5.0))
    image.SetOrigin((-10.0, 20.0, -300.0))
    image.SetDirection((np.cos(turn), -np.sin(turn), 0, np.sin(turn), np.cos(turn), 0, 0, 0, 1))
    sitk.WriteImage(image, str(tmp_path / f"a{suffix}"))
    scan = lungseg.read(tmp_path / f"a{suffix}")
    mask = lungseg.LungMask(np.ones(scan.shape, np.uint8), scan.affine)
    after = sitk.ReadImage(str(mask.save(tmp_path / f"m{suffix}")))
    for field in ("GetSize", "GetSpacing", "GetOrigin", "GetDirection"):
        assert np.allclose(getattr(image, field)(), getattr(after, field)(), atol=1e-4), field


def test_a_slice_keeps_its_spacing(tmp_path, chest) -> None:
    image = sitk.GetImageFromArray(chest[0].voxels[6])
    image.SetSpacing((0.7, 0.8))
    sitk.WriteImage(image, str(tmp_path / "a.mha"))
    assert lungseg.read(tmp_path / "a.mha").spacing == pytest.approx((1, 0.8, 0.7))


def test_scaling_in_the_header_is_applied(tmp_path, chest) -> None:
    scan = chest[0]
    image = nibabel.Nifti1Image((scan.voxels.T + 1024).astype(np.int16), np.eye(4))
    image.header.set_slope_inter(1, -1024)
    nibabel.save(image, tmp_path / "a.nii.gz")
    # nibabel scales what it is given by the header again, so compare with its own reading.
    expected = np.rint(nibabel.load(tmp_path / "a.nii.gz").get_fdata()).T
    assert (lungseg.read(tmp_path / "a.nii.gz").voxels == np.clip(expected, -1024, None)).all()


def test_arrays_take_spacing_of_two_or_three_axes(chest) -> None:
    voxels = chest[0].voxels
    assert lungseg.Scan.from_array(voxels, spacing=(5, 0.7, 0.8)).spacing == (5, 0.7, 0.8)
    assert lungseg.Scan.from_array(voxels[6], spacing=(0.7, 0.8)).spacing == (1, 0.7, 0.8)


def test_a_left_handed_affine_is_read(chest) -> None:
    affine = axial_affine((5.0, 0.7, 0.7))
    affine[0] *= -1
    scan = lungseg.Scan.from_array(chest[0].voxels, affine=affine)
    assert (scan.axial() == chest[0].voxels[:, :, ::-1]).all()
