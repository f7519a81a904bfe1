from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import lungseg


@pytest.fixture
def picture() -> np.ndarray:
    return np.add.outer(np.arange(80), np.arange(100)).astype(np.uint8)


def test_pages_of_a_tiff_are_slices(tmp_path, picture) -> None:
    pages = [Image.fromarray(picture + page) for page in (0, 1, 2)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    voxels = lungseg.read(tmp_path / "a.tif").voxels
    assert (voxels == np.stack([picture, picture + 1, picture + 2])).all()


def test_orientation_of_exif_is_applied(tmp_path, picture) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90° clockwise
    Image.fromarray(picture).save(tmp_path / "a.png", exif=exif)
    assert (lungseg.read(tmp_path / "a.png").voxels[0] == np.rot90(picture, -1)).all()


def test_grey_of_rgb_is_exact(tmp_path, picture) -> None:
    Image.fromarray(picture).convert("RGB").save(tmp_path / "a.png")
    assert (lungseg.read(tmp_path / "a.png").voxels[0] == picture).all()


def test_what_is_transparent_is_black(tmp_path, picture) -> None:
    rgba = np.dstack([picture, picture, picture, np.where(picture < 50, 0, 255)])
    Image.fromarray(rgba.astype(np.uint8)).save(tmp_path / "a.png")
    expected = np.where(picture < 50, 0, picture)
    assert (lungseg.read(tmp_path / "a.png").voxels[0] == expected).all()


def test_a_picture_has_no_geometry(tmp_path, picture) -> None:
    Image.fromarray(picture).save(tmp_path / "a.jpg", dpi=(72, 72))
    assert lungseg.read(tmp_path / "a.jpg").affine is None
