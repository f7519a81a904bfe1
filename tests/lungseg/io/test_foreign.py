from __future__ import annotations

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

import lungseg
from lungseg.inputs import check_is_list
from tests.lungseg.test_geometry import ORIENTATIONS, reoriented

#: Voxels of three values, as NIfTI stores them.
COLOUR = [("R", "u1"), ("G", "u1"), ("B", "u1")]


def alike(scan: lungseg.Scan, other: lungseg.Scan) -> bool:
    """Whether both have the same voxels in the same place and units."""
    if scan.affine is None or other.affine is None:
        placed = scan.affine is other.affine
    else:
        placed = np.allclose(scan.affine, other.affine, atol=1e-4)
    return placed and scan.units == other.units and np.array_equal(scan.voxels, other.voxels)


@pytest.mark.parametrize(("axes", "signs"), ORIENTATIONS)
def test_an_image_reads_as_its_file(tmp_path, chest, axes, signs) -> None:
    array, affine = reoriented(chest[0].voxels, chest[0].affine, axes, signs)
    path = tmp_path / "a.nii"
    nibabel.save(nibabel.Nifti1Image(array, affine), path)
    of_file = lungseg.read(path)
    assert alike(lungseg.read(nibabel.load(path)), of_file)
    assert alike(lungseg.read(sitk.ReadImage(str(path))), of_file)


def test_scaling_of_a_header_is_applied(tmp_path, chest) -> None:
    image = nibabel.Nifti1Image((chest[0].voxels.T + 1024).astype(np.int16), np.eye(4))
    image.header.set_slope_inter(1, -1024)
    nibabel.save(image, tmp_path / "a.nii")
    of_image = lungseg.read(nibabel.load(tmp_path / "a.nii"))
    assert alike(of_image, lungseg.read(tmp_path / "a.nii"))


def test_a_picture_reads_as_its_file(tmp_path) -> None:
    grey = np.add.outer(np.arange(80), np.arange(100)).astype(np.uint8)
    for number, mode in enumerate(["L", "RGB", "RGBA", "P", "I;16", "I", "F"]):
        picture = Image.fromarray(grey)
        picture = picture.convert("I").convert(mode) if mode == "I;16" else picture.convert(mode)
        path = tmp_path / f"{number}.tif"
        picture.save(path)
        assert alike(lungseg.read(picture), lungseg.read(path)), mode


def test_pages_are_slices_and_stay_where_they_were(tmp_path) -> None:
    grey = np.add.outer(np.arange(80), np.arange(100)).astype(np.uint8)
    pages = [Image.fromarray(grey + page) for page in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    with Image.open(tmp_path / "a.tif") as picture:
        picture.seek(1)
        assert lungseg.read(picture).shape == (3, 80, 100)
        assert picture.tell() == 1


def test_a_slice_is_a_volume_of_one(chest) -> None:
    grey = chest[0].voxels[6]
    image = sitk.GetImageFromArray(grey)
    image.SetSpacing((0.7, 0.8))
    assert lungseg.read(image).spacing == pytest.approx((1, 0.8, 0.7))
    flat = nibabel.Nifti1Image(grey.T, np.diag([-0.7, -0.8, 5, 1]))
    assert lungseg.read(flat).spacing == pytest.approx((5, 0.8, 0.7))
    assert np.array_equal(lungseg.read(flat).voxels[0], grey)


@pytest.mark.parametrize("part", [np.s_[:], np.s_[6]])
def test_what_was_never_told_where_it_lies_has_no_spacing(chest, part) -> None:
    image = sitk.GetImageFromArray(chest[0].voxels[part])
    assert lungseg.read(image).affine is None
    image.SetSpacing([0.9] * image.GetDimension())
    assert lungseg.read(image).affine is not None


def cut_off(folder) -> nibabel.Nifti1Image:
    path = folder / "a.nii"
    nibabel.save(nibabel.Nifti1Image(np.zeros((64, 64, 9), np.int16), np.eye(4)), path)
    path.write_bytes(path.read_bytes()[:5000])
    return nibabel.load(path)


def closed(folder) -> Image.Image:
    Image.new("L", (80, 100)).save(folder / "a.png")
    with Image.open(folder / "a.png") as picture:
        return picture


def sheared(folder) -> nibabel.Nifti1Image:
    affine = np.eye(4)
    affine[0, 1] = 0.6
    return nibabel.Nifti1Image(np.zeros((64, 80, 9), np.int16), affine)


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (cut_off, "cut off"),
        (closed, "broken, cut off"),
        (sheared, "sheared"),
        (lambda _: nibabel.Nifti1Image(np.zeros((64, 64, 9, 2), np.int16), None), "4 dimensions"),
        (lambda _: sitk.Image(64, 64, sitk.sitkVectorUInt8), "3 values|2 values"),
        (lambda _: nibabel.Nifti1Image(np.zeros((64, 64, 9), COLOUR), None), "3 values"),
    ],
)
def test_what_cannot_be_a_scan_is_refused(tmp_path, make, cause) -> None:
    with pytest.raises(lungseg.InputError, match=cause):
        lungseg.read(make(tmp_path))


@pytest.mark.parametrize(("axes", "signs"), ORIENTATIONS[::7])
def test_it_comes_back_as_it_was(chest, axes, signs) -> None:
    array, affine = reoriented(chest[0].voxels, chest[0].affine, axes, signs)
    scan = lungseg.Scan(array, affine)
    assert alike(lungseg.read(scan.to_simpleitk()), scan)
    assert alike(lungseg.read(nibabel.Nifti1Image(array.T, affine[:, [2, 1, 0, 3]])), scan)


@pytest.mark.parametrize(
    "image",
    [
        Image.new("L", (80, 100)),
        sitk.Image(80, 100, sitk.sitkUInt8),
        nibabel.Nifti1Image(np.zeros((64, 64, 9), np.int16), None),
    ],
)
def test_one_image_is_no_list_of_them(image) -> None:
    with pytest.raises(TypeError, match="list of inputs"):
        check_is_list(image)
