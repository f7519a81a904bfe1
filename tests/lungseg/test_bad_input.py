"""Bad and odd input: the right result, or one clear `InputError`; never anything else."""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image, ImageDraw

import lungseg
from lungseg.geometry import axial_affine
from tests.lungseg.dicom_files import make_slice, stored_chest, write

Make = Callable[[Path, np.ndarray], Any]


def grey(hu: np.ndarray) -> np.ndarray:
    return np.clip((hu + 1000) / 1400 * 255, 0, 255).astype(np.uint8)


def png(folder: Path, array: np.ndarray, mode: str | None = None, name: str = "a.png") -> Path:
    picture = Image.fromarray(array)
    (picture.convert(mode) if mode else picture).save(folder / name)
    return folder / name


def raw(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def cut(path: Path, share: float = 0.5) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def volume(folder: Path, array: np.ndarray, name: str = "a.nii.gz", vector: bool = False) -> Path:
    sitk.WriteImage(sitk.GetImageFromArray(array, isVector=vector), str(folder / name))
    return folder / name


def dicom(folder: Path, hu: np.ndarray, name: str = "a.dcm", **tags: Any) -> Path:
    stored = (hu.astype(np.int32) + 1024).astype(np.uint16)
    return write(make_slice(stored, **tags), folder / name)


def zero_spacing(folder: Path, hu: np.ndarray) -> Path:
    path = volume(folder, hu[None].repeat(3, 0), "a.nii")
    content = bytearray(path.read_bytes())
    content[80:92] = bytes(12)  # pixdim[1..3] of NIfTI-1
    path.write_bytes(content)
    return path


def folder_of(folder: Path, *names: str) -> Path:
    for name in names:
        raw(folder, name, b"notes")
    return folder


def sheared(folder: Path, hu: np.ndarray) -> Path:
    import nibabel

    affine = np.eye(4)
    affine[0, 1] = 0.6
    nibabel.save(nibabel.Nifti1Image(hu[None].repeat(70, 0), affine), folder / "a.nii")
    return folder / "a.nii"


def four_dimensions(folder: Path, hu: np.ndarray, count: int) -> Path:
    volumes = [sitk.GetImageFromArray(hu[None])] * count
    sitk.WriteImage(sitk.JoinSeries(volumes), str(folder / "a.nii.gz"))
    return folder / "a.nii.gz"


def animated(folder: Path, array: np.ndarray) -> Path:
    frame = Image.fromarray(array)
    frame.save(folder / "a.gif", save_all=True, append_images=[Image.fromarray(255 - array)])
    return folder / "a.gif"


def padded(hu: np.ndarray) -> np.ndarray:
    hu = hu.copy()
    hu[:6] = -2000
    return hu


def smooth(hu: np.ndarray) -> np.ndarray:
    """A slice whose HU run through all values between air and bone."""
    return np.tile(np.linspace(-1000, 1000, hu.shape[1]), (len(hu), 1))


def photograph(hu: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (8, 8, 3), np.uint8)
    return np.asarray(Image.fromarray(colours).resize(hu.shape[::-1]))


def with_arrow(hu: np.ndarray) -> np.ndarray:
    rgb = np.repeat(grey(hu)[..., None], 3, axis=2)
    rgb[10:20, 10:12] = (255, 0, 0)
    return rgb


def nan_part(hu: np.ndarray, share: float) -> np.ndarray:
    array = hu.astype(np.float32)
    array[: int(len(array) * share)] = np.nan
    return array


def page_of_text() -> np.ndarray:
    picture = Image.new("L", (400, 300), 255)
    for line in range(10, 290, 14):
        ImageDraw.Draw(picture).text((20, line), "The lungs are clear on both sides.", fill=0)
    return np.asarray(picture)


def with_broken_tag(path: Path, tag: bytes) -> Path:
    """Put a value of letters where DICOM wants numbers."""
    content = bytearray(path.read_bytes())
    start = content.index(tag) + 8
    content[start : start + 2] = b"xy"
    path.write_bytes(content)
    return path


def two_pages(folder: Path, hu: np.ndarray) -> Path:
    first, second = Image.fromarray(grey(hu)), Image.fromarray(grey(hu)[:70])
    first.save(folder / "a.tif", save_all=True, append_images=[second])
    return folder / "a.tif"


def many_pixels(folder: Path) -> Path:
    """A PNG whose header claims 60,000 × 60,000 pixels."""
    path = png(folder, np.zeros((64, 64), np.uint8))
    content = bytearray(path.read_bytes())
    content[16:24] = struct.pack(">2I", 60_000, 60_000)
    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    path.write_bytes(content)
    return path


REFUSED: dict[str, Make] = {
    "empty path": lambda f, hu: "",
    "page of text": lambda f, hu: png(f, page_of_text()),
    "pages of two sizes": two_pages,
    "far too many pixels": lambda f, hu: many_pixels(f),
    "directory named x.png": lambda f, hu: (f / "x.png").mkdir() or f / "x.png",
    "HU wrapped to int8": lambda f, hu: smooth(hu).astype(np.int8),
    "zero spacing in MetaImage": lambda f, hu: raw(
        f,
        "a.mha",
        b"ObjectType = Image\nNDims = 3\nDimSize = 64 64 1\nElementSpacing = 1 1 0\n"
        b"ElementType = MET_SHORT\nElementDataFile = LOCAL\n" + bytes(64 * 64 * 2),
    ),
    "MetaImage without its data": lambda f, hu: raw(
        f,
        "a.mhd",
        b"ObjectType = Image\nNDims = 3\nDimSize = 64 64 1\nElementType = MET_SHORT\n"
        b"ElementDataFile = gone.raw\n",
    ),
    "two time points in NIfTI": lambda f, hu: four_dimensions(f, hu, 2),
    "plain NIfTI named .nii.gz": lambda f, hu: volume(f, hu[None], "a.nii").rename(f / "a.nii.gz"),
    "archive of arrays": lambda f, hu: (
        np.savez(f / "a.npz", hu) or (f / "a.npz").rename(f / "a.npy")
    ),
    "localizer": lambda f, hu: dicom(f, hu, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]),
    "DICOM of no frames": lambda f, hu: dicom(f, hu, NumberOfFrames=-1),
    "DICOM index without its files": lambda f, hu: raw(f, "DICOMDIR", bytes(128) + b"DICM") and f,
    "truncated PNG": lambda f, hu: cut(png(f, grey(hu))),
    "truncated JPEG": lambda f, hu: cut(png(f, grey(hu), name="a.jpg"), 0.1),
    "truncated TIFF": lambda f, hu: cut(png(f, hu.astype(np.int32), name="a.tif")),
    "truncated DICOM": lambda f, hu: cut(dicom(f, hu)),
    "DICOM cut in its header": lambda f, hu: cut(dicom(f, hu), 0.01),
    "truncated NIfTI": lambda f, hu: cut(volume(f, hu[None])),
    "truncated plain NIfTI": lambda f, hu: cut(volume(f, hu[None], "a.nii")),
    "truncated NRRD": lambda f, hu: cut(volume(f, hu[None], "a.nrrd")),
    "truncated MetaImage": lambda f, hu: cut(volume(f, hu[None], "a.mha")),
    "text named .dcm": lambda f, hu: raw(f, "a.dcm", b"dear colleague"),
    "text named .png": lambda f, hu: raw(f, "a.png", b"dear colleague"),
    "text named .nii.gz": lambda f, hu: raw(f, "a.nii.gz", b"dear colleague"),
    "gzip of text named .nii.gz": lambda f, hu: raw(f, "a.nii.gz", gzip.compress(b"text")),
    "text of no known format": lambda f, hu: raw(f, "a.txt", b"dear colleague"),
    "empty file": lambda f, hu: raw(f, "a.png", b""),
    "empty folder": lambda f, hu: f,
    "folder of notes": lambda f, hu: folder_of(f, "a.txt", "b.doc"),
    "folder of two pictures": lambda f, hu: (
        png(f, grey(hu)) and png(f, grey(hu), name="b.png") and f
    ),
    "path that is not there": lambda f, hu: f / "no-such-file.nii.gz",
    "path with a NUL": lambda f, hu: "a\0b.png",
    "1×1 picture": lambda f, hu: png(f, np.zeros((1, 1), np.uint8)),
    "20×20 picture": lambda f, hu: png(f, grey(hu)[:20, :20]),
    "a single row": lambda f, hu: hu[:1],
    "constant picture": lambda f, hu: png(f, np.full((80, 80), 7, np.uint8)),
    "constant volume": lambda f, hu: volume(f, np.zeros((3, 80, 80), np.int16)),
    "all NaN": lambda f, hu: np.full((80, 80), np.nan),
    "mostly NaN": lambda f, hu: nan_part(hu, 0.7),
    "5-D NIfTI": lambda f, hu: np.zeros((2, 3, 4, 80, 80)),
    "4-D array": lambda f, hu: np.zeros((2, 3, 80, 80)),
    "4-D NIfTI": lambda f, hu: volume(f, hu[None, None].repeat(2, 0).repeat(2, 1)),
    "1-D array": lambda f, hu: hu.ravel(),
    "no values": lambda f, hu: np.zeros((0, 80, 80)),
    "three values a voxel": lambda f, hu: volume(f, np.stack([hu[None]] * 3, -1), vector=True),
    "complex numbers": lambda f, hu: hu.astype(complex),
    "true and false": lambda f, hu: hu > 0,
    "strings": lambda f, hu: np.full((80, 80), "a"),
    "objects": lambda f, hu: np.full((80, 80), None),
    "None": lambda f, hu: None,
    "a dict": lambda f, hu: {"voxels": hu},
    "rows of different lengths": lambda f, hu: [[1, 2, 3], [1, 2]],
    "pickled .npy": lambda f, hu: (
        np.save(f / "a.npy", np.array([{}]), allow_pickle=True) or f / "a.npy"
    ),
    "X-ray": lambda f, hu: dicom(f, hu, Modality="DX"),
    "MRI in a folder": lambda f, hu: dicom(f, hu, Modality="MR") and f,
    "colour photograph": lambda f, hu: png(f, photograph(hu)),
    "sheared NIfTI": sheared,
    "NRRD without its data": lambda f, hu: raw(
        f,
        "a.nhdr",
        b"NRRD0004\ntype: short\ndimension: 3\nsizes: 9 9 9\nencoding: raw\ndata file: gone.raw\n",
    ),
}


@pytest.fixture(scope="module")
def hu(chest) -> np.ndarray:
    return np.ascontiguousarray(chest[0].axial()[6])


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_one_clear_line(tmp_path, hu, case) -> None:
    made = REFUSED[case](tmp_path, hu)
    with pytest.raises(lungseg.InputError) as caught:
        lungseg.read(made)
    line = str(caught.value)
    assert "\n" not in line
    assert caught.value.mend
    if isinstance(made, Path):
        assert str(made.name) in line
    report = lungseg.inspect(made)
    assert not report.usable
    assert report.findings[0].mend == caught.value.mend


@pytest.mark.parametrize(
    ("case", "cause"),
    [
        ("path that is not there", "no such file"),
        ("empty file", "is empty"),
        ("empty folder", "is empty"),
        ("truncated NIfTI", "cut off"),
        ("truncated plain NIfTI", "cut off"),
        ("1×1 picture", "1×1 pixels"),
        ("constant picture", "same value"),
        ("all NaN", "not numbers"),
        ("5-D NIfTI", "5 dimensions"),
        ("X-ray", "DX and not CT"),
        ("colour photograph", "coloured"),
        ("sheared NIfTI", "sheared"),
        ("text named .dcm", "no DICOM image"),
    ],
)
def test_the_cause_is_the_true_one(tmp_path, hu, case, cause) -> None:
    with pytest.raises(lungseg.InputError, match=cause):
        lungseg.read(REFUSED[case](tmp_path, hu))


#: Made input → units expected; the values must be those of the slice it was made of.
HANDLED: dict[str, tuple[Make, str]] = {
    "shifted HU with padding": (lambda f, hu: padded(hu + 1024), "HU"),
    "negative HU without their sign": (lambda f, hu: hu.view(np.uint16), "HU"),
    "big-endian HU": (lambda f, hu: hu.astype(">i2"), "HU"),
    "some infinite": (lambda f, hu: np.where(hu > 600, np.inf, hu.astype(np.float64)), "HU"),
    "one time point in NIfTI": (lambda f, hu: four_dimensions(f, hu, 1), "HU"),
    "2-D NIfTI": (lambda f, hu: volume(f, hu), "HU"),
    "DICOM with a broken position": (
        lambda f, hu: with_broken_tag(dicom(f, hu), b"\x20\x00\x32\x00DS"),
        "HU",
    ),
    "DICOM with a broken spacing": (
        lambda f, hu: with_broken_tag(dicom(f, hu), b"\x28\x00\x30\x00DS"),
        "HU",
    ),
    "disc with an index": (
        lambda f, hu: dicom(f, hu) and raw(f, "DICOMDIR", bytes(128) + b"DICM"),
        "HU",
    ),
    "colour array": (lambda f, hu: np.repeat(grey(hu)[..., None], 3, axis=2), "display"),
    "grey with one channel": (lambda f, hu: grey(hu)[..., None], "display"),
    "a batch of one with one channel": (lambda f, hu: grey(hu)[None, ..., None], "display"),
    "first frame of an animation": (lambda f, hu: animated(f, grey(hu)), "display"),
    "HU in int16": (lambda f, hu: hu, "HU"),
    "HU in float": (lambda f, hu: hu.astype(np.float64) + 0.2, "HU"),
    "HU in int32 TIFF": (lambda f, hu: png(f, hu.astype(np.int32), name="a.tif"), "HU"),
    "HU in float TIFF": (lambda f, hu: png(f, hu.astype(np.float32), name="a.tif"), "HU"),
    "HU in .npy": (lambda f, hu: np.save(f / "a.npy", hu) or f / "a.npy", "HU"),
    "shifted HU": (lambda f, hu: (hu + 1024).astype(np.uint16), "HU"),
    "shifted HU in 16-bit PNG": (lambda f, hu: png(f, (hu + 1024).astype(np.uint16)), "HU"),
    "HU + 32768 in 16-bit PNG": (
        lambda f, hu: png(f, (hu.astype(np.int32) + 32768).astype(np.uint16)),
        "HU",
    ),
    "NIfTI": (lambda f, hu: volume(f, hu[None]), "HU"),
    "zero spacing": (zero_spacing, "HU"),
    "some NaN": (lambda f, hu: nan_part(hu, 0.02), "HU"),
    "one volume in a folder": (lambda f, hu: volume(f, hu[None]) and f, "HU"),
    "DICOM and notes in a folder": (lambda f, hu: dicom(folder_of(f, "a.txt"), hu) and f, "HU"),
    "DICOM without a suffix": (lambda f, hu: dicom(f, hu, "IM0001"), "HU"),
    "RGB": (lambda f, hu: png(f, grey(hu), "RGB"), "display"),
    "RGBA": (lambda f, hu: png(f, grey(hu), "RGBA"), "display"),
    "palette": (lambda f, hu: png(f, grey(hu), "P"), "display"),
    "grey with alpha": (lambda f, hu: png(f, grey(hu), "LA"), "display"),
    "CMYK JPEG": (lambda f, hu: png(f, grey(hu), "CMYK", "a.jpg"), "display"),
    "16-bit grey": (lambda f, hu: png(f, grey(hu).astype(np.uint16) * 257), "display"),
    "grey of 0…1": (lambda f, hu: grey(hu) / 255, "display"),
    "int8 overflow": (lambda f, hu: grey(hu).view(np.int8), "display"),
    "picture without a suffix": (
        lambda f, hu: png(f, grey(hu)).rename(f / "picture"),
        "display",
    ),
    "red arrow": (lambda f, hu: png(f, with_arrow(hu)), "display"),
    "list of lists": (lambda f, hu: hu.tolist(), "HU"),
}


@pytest.mark.parametrize("case", HANDLED)
def test_handled_with_the_right_values(tmp_path, hu, case) -> None:
    make, units = HANDLED[case]
    scan = lungseg.read(make(tmp_path, hu))
    assert scan.units == units
    expected = hu if units == "HU" else grey(hu)
    values = scan.axial()[len(scan.axial()) // 2].astype(float)
    # What was NaN, drawn over or compressed is left out; the rest is as it was.
    assert np.median(np.abs(values - expected)) <= (0.5 if units == "HU" else 3)


def test_what_the_doctor_did_is_said(hu) -> None:
    codes = {
        "shifted-hu": (hu + 1024).astype(np.uint16),
        "int8-overflow": grey(hu).view(np.int8),
        "nan": nan_part(hu, 0.02),
        "no-air": np.clip(hu, -200, None),
    }
    for code, array in codes.items():
        assert code in {finding.code for finding in lungseg.inspect(array).findings}, code


def test_a_sheared_affine_is_refused(hu) -> None:
    affine = axial_affine((1.0, 1.0, 1.0))
    affine[0, 1] = 0.1
    with pytest.raises(lungseg.InputError, match="sheared"):
        lungseg.Scan.from_array(hu[None], affine=affine)


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("wrapped-hu", lambda hu: hu.view(np.uint16)),
        ("noise", lambda hu: np.random.default_rng(0).integers(0, 256, (80, 80), np.uint8)),
        ("two-values", lambda hu: (hu > -500) * np.uint8(255)),
        ("long", lambda hu: np.tile(grey(hu), (1, 5))),
        ("colour", lambda hu: np.stack([grey(hu), grey(hu), np.where(hu > 30, 0, grey(hu))], -1)),
    ],
)
def test_what_is_odd_is_warned_of(hu, code, make) -> None:
    report = lungseg.inspect(make(hu))
    assert report.usable
    assert code in {finding.code for finding in report.findings}
    assert not {"long", "noise", "two-values"} - {code} & {f.code for f in report.findings}


def test_a_spacing_of_zero_is_said_to_be_made_up(tmp_path, hu) -> None:
    path = zero_spacing(tmp_path, hu)
    content = bytearray(path.read_bytes())
    content[252:256] = bytes(4)  # codes of qform and sform: no matrix
    path.write_bytes(content)
    scan = lungseg.read(path)
    assert "zero" in scan.warnings[0]
    assert scan.spacing == (1, 1, 1)


def test_c_libraries_stay_quiet(tmp_path, hu, capfd) -> None:
    for name in ("a.mha", "a.nii"):
        with pytest.raises(lungseg.InputError):
            lungseg.read(cut(volume(tmp_path, hu[None], name)))
    assert capfd.readouterr() == ("", "")


def test_a_file_that_may_not_be_read(tmp_path, hu, monkeypatch) -> None:
    path = png(tmp_path, grey(hu))

    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(lungseg.InputError, match="permissions"):
        lungseg.read(path)


#: Formats whose files are mutated: none may raise anything but InputError.
WRITERS: dict[str, Callable[[Path, np.ndarray], Path]] = {
    "DICOM": dicom,
    "PNG": lambda f, hu: png(f, grey(hu)),
    "JPEG": lambda f, hu: png(f, grey(hu), name="a.jpg"),
    "TIFF": lambda f, hu: png(f, hu.astype(np.int32), name="a.tif"),
    "NIfTI": lambda f, hu: volume(f, hu[None], "a.nii"),
    "NRRD": lambda f, hu: volume(f, hu[None], "a.nrrd"),
    "MetaImage": lambda f, hu: volume(f, hu[None], "a.mha"),
    "npy": lambda f, hu: np.save(f / "a.npy", hu) or f / "a.npy",
}


@pytest.mark.parametrize("name", WRITERS)
def test_mutated_files_raise_nothing_but_input_errors(tmp_path, hu, name) -> None:
    path = WRITERS[name](tmp_path, hu)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(60):
        content = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 900), rng.choice([1, 2, 20])):
            content[place] = rng.integers(0, 256)
        path.write_bytes(content[: int(len(whole) * rng.choice([1, 1, rng.random()]))])
        try:
            lungseg.read(path)
        except lungseg.InputError:
            refused += 1
    assert refused > 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tmp_path, hu) -> None:
    path = png(tmp_path, grey(hu))
    path.chmod(0)
    with pytest.raises(lungseg.InputError, match="permissions"):
        lungseg.read(path)


def test_values_beyond_the_field_of_view_become_air(hu) -> None:
    outside = hu.copy()
    outside[:5] = -2619
    assert (lungseg.read(outside).voxels[0, :5] == -1024).all()


@pytest.mark.data
@pytest.mark.parametrize("name", ["covid_ct", "kmader_lungs", "covid_semiseg", "luna_slices"])
def test_real_files_are_read_and_hardly_any_is_warned_of(data, name) -> None:
    import csv

    with (data / name / "manifest.csv").open() as file:
        rows = list(csv.DictReader(file))[::5]
    scans = [lungseg.read(data / name / row["file"]) for row in rows]
    assert {scan.units for scan in scans} == {"HU" if name == "kmader_lungs" else "display"}
    assert sum(bool(scan.warnings) for scan in scans) <= 0.02 * len(scans)


def test_stored_chest_is_what_a_scanner_writes(chest) -> None:
    assert stored_chest(chest[0]).min() >= 0
