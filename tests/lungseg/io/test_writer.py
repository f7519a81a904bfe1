from __future__ import annotations

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

import lungseg
from lungseg.geometry import itk_from_affine
from tests.lungseg.test_geometry import ORIENTATIONS, reoriented


def write_volume(path, array, affine) -> None:
    image = sitk.GetImageFromArray(array)
    spacing, origin, direction = itk_from_affine(affine)
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    image.SetDirection(direction)
    sitk.WriteImage(image, str(path))


@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize(("axes", "signs"), ORIENTATIONS[::7])
def test_a_mask_has_the_geometry_of_its_file(tmp_path, chest, axes, signs, suffix) -> None:
    scan, mask = chest
    array, affine = reoriented(scan.voxels, scan.affine, axes, signs)
    write_volume(tmp_path / f"scan{suffix}", array, affine)
    read = lungseg.read(tmp_path / f"scan{suffix}")
    assert (read.axial() == scan.axial()).all()
    voxels = np.ascontiguousarray(read.order.undo(mask.axial()))
    saved = lungseg.LungMask(voxels, read.affine).save(tmp_path / f"mask{suffix}")
    before, after = (sitk.ReadImage(str(p)) for p in (tmp_path / f"scan{suffix}", saved))
    assert before.GetSize() == after.GetSize()
    for field in ("GetSpacing", "GetOrigin", "GetDirection"):
        assert np.allclose(getattr(before, field)(), getattr(after, field)(), atol=1e-5), field


def test_nibabel_reads_the_same_place(tmp_path, chest) -> None:
    scan, mask = chest
    image = nibabel.load(mask.save(tmp_path / "mask.nii.gz"))
    values = np.asarray(image.dataobj)
    index = np.argwhere(mask.voxels == 1)[0]
    here = scan.affine @ [*index, 1]
    there = np.linalg.solve(image.affine, here)[:3]
    assert values[tuple(np.rint(there).astype(int))] == 1


def test_png_of_a_picture_keeps_its_labels(tmp_path) -> None:
    voxels = np.zeros((1, 64, 64), np.uint8)
    voxels[0, 10:20], voxels[0, 30:40] = 1, 2
    path = lungseg.LungMask(voxels).save(tmp_path / "mask.png")
    assert (np.asarray(Image.open(path)) == voxels[0]).all()


@pytest.mark.parametrize("name", ["mask.png", "mask.jpg", "no-such-folder/mask.nii.gz"])
def test_what_cannot_be_written_leaves_nothing(tmp_path, chest, name) -> None:
    with pytest.raises(lungseg.InputError):
        chest[1].save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_keeps_the_old_file(tmp_path, chest, monkeypatch) -> None:
    path = chest[1].save(tmp_path / "mask.nii.gz")
    before = path.read_bytes()

    def fail(*_args, **_kwargs) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(sitk, "WriteImage", fail)
    with pytest.raises(RuntimeError):
        chest[1].save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["mask.nii.gz"]
