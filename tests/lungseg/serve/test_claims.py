from __future__ import annotations

import gzip
import struct
import zlib

import numpy as np
import pydicom
import pytest
from PIL import Image

import lungseg
from lungseg.serve.claims import check_claims
from lungseg.serve.settings import Limits
from tests.lungseg.dicom_files import make_slice, write
from tests.lungseg.serve.files import nifti
from tests.lungseg.test_bad_input import many_pixels

SMALL = Limits(voxels=10_000, unpacked_bytes=50_000)

MHA = b"ObjectType = Image\nNDims = 3\nDimSize = %d 64 64\nElementType = MET_SHORT\n"
NRRD = b"NRRD0004\ntype: short\nendian: little\ndimension: 3\nsizes: 9 9 9\nencoding: raw\n"


def test_what_is_small_passes(tmp_path) -> None:
    (tmp_path / "a.nii.gz").write_bytes(nifti(tmp_path))
    (tmp_path / "b.txt").write_text("no scan at all")
    np.save(tmp_path / "c.npy", np.zeros((9, 9, 9)))
    write(make_slice(np.zeros((64, 64), np.int16)), tmp_path / "d.dcm")
    check_claims(tmp_path, Limits(), "a")
    for path in tmp_path.iterdir():
        check_claims(path, Limits(), "a")


def _npy(path) -> None:
    np.save(path, np.zeros((30, 30, 30), np.uint8))


def _dicom(path) -> None:
    write(make_slice(np.zeros((64, 64), np.int16), NumberOfFrames=9000), path)


def _tiff(path) -> None:
    page = Image.fromarray(np.zeros((64, 64), np.uint8))
    page.save(path, save_all=True, append_images=[page] * 3)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.npy", _npy),
        ("a.dcm", _dicom),
        ("a.tif", _tiff),
        ("a.mha", lambda p: p.write_bytes(MHA % 60000 + b"ElementDataFile = LOCAL\n")),
        ("a.nrrd", lambda p: p.write_bytes(NRRD.replace(b"9 9 9", b"9999 9999 9999") + b"\n")),
        ("a.png", lambda p: many_pixels(p.parent)),
    ],
)
def test_what_claims_too_much_is_refused_before_it_is_read(tmp_path, name, make) -> None:
    make(tmp_path / name)
    if name == "a.png":
        # Pillow itself refuses it: what it claims is never allocated.
        check_claims(tmp_path / name, SMALL, "a")
        with pytest.raises(lungseg.InputError, match="too many pixels"):
            lungseg.read(tmp_path / name)
        return
    with pytest.raises(lungseg.InputError, match="claims more than"):
        check_claims(tmp_path / name, SMALL, "a")


def test_gzip_is_unpacked_no_further_than_the_limit(tmp_path) -> None:
    path = tmp_path / "a.nii.gz"
    path.write_bytes(gzip.compress(bytes(10_000_000)))
    with pytest.raises(lungseg.InputError, match="unpacks to far too much"):
        check_claims(path, SMALL, "a")


def test_a_deflated_dicom_file_is_counted_before_it_is_read(tmp_path) -> None:
    path = write(make_slice(np.zeros((64, 64), np.int16)), tmp_path / "a.dcm")
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    write(dataset, path)
    check_claims(path, Limits(), "a")
    content = path.read_bytes()
    (length,) = struct.unpack_from("<I", content, 140)
    squeeze = zlib.compressobj(wbits=-15)
    bomb = squeeze.compress(bytes(20_000_000)) + squeeze.flush()
    path.write_bytes(content[: 144 + length] + bomb)
    with pytest.raises(lungseg.InputError, match="unpacks to far too much"):
        check_claims(path, SMALL, "a")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.mha", MHA % 1 + b"ElementDataFile = /etc/passwd\n"),
        ("a.mha", MHA % 1 + b"ElementDataFile: ../../secret.raw\n"),
        ("a.mha", b"Comment = ElementDataFile = LOCAL\n" + MHA % 1 + b"ElementDataFile = a\n"),
        ("a.mhd", MHA % 1 + b"ElementDataFile = LIST\nother.raw\n"),
        ("a.mha", MHA % 1),
        ("a.nrrd", NRRD + b"data file: /etc/passwd\n\n"),
        ("a.nrrd", NRRD + b"DataFile: a.raw\r\n\r\n"),
        ("a.nhdr", NRRD + b"data file: LIST\na.raw\n"),
        ("a.nrrd", NRRD + b"# comment\n" * 200_000 + b"data file: /etc/passwd\n\n"),
    ],
)
def test_no_header_reads_another_file(tmp_path, name, header) -> None:
    (tmp_path / name).write_bytes(header + bytes(64 * 64 * 2))
    with pytest.raises(lungseg.InputError, match="another file"):
        check_claims(tmp_path / name, Limits(), "a")
