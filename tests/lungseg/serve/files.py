"""Files that clients send: good ones, and zips that mean harm."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from PIL import Image

import lungseg
from lungseg.preprocess.window import Window
from tests.lungseg.dicom_files import make_slice, stored_chest, write


def png(seed: int = 0) -> bytes:
    grey = Window().apply(lungseg.phantom(slices=1, size=96, seed=seed).voxels[0])
    written = BytesIO()
    Image.fromarray(grey).save(written, "png")
    return written.getvalue()


def nifti(folder: Path, slices: int = 3, size: int = 96, opacities: int = 3) -> bytes:
    scan = lungseg.phantom(slices=slices, size=size, opacities=opacities, seed=3)
    image = sitk.GetImageFromArray(scan.voxels)
    image.SetSpacing((288 / size, 288 / size, 300 / slices))
    sitk.WriteImage(image, str(folder / "made.nii.gz"))
    return (folder / "made.nii.gz").read_bytes()


def series(folder: Path) -> bytes:
    """A zip of a DICOM series as people make them: in a folder, with notes beside it."""
    scan = lungseg.phantom(slices=3, size=96)
    made = {"__MACOSX/series/._0.dcm": b"\0", "series/notes.txt": b"chest", "series/DICOMDIR": b"x"}
    for index, part in enumerate(stored_chest(scan)):
        path = write(make_slice(part, position=100.0 * index, number=index), folder / "one.dcm")
        made[f"series/IM{index}"] = path.read_bytes()
    return zipped(made)


def zipped(
    files: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None
) -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            if change is not None:
                change(entry)
            archive.writestr(entry, content)
    return whole.getvalue()


def _link(entry: zipfile.ZipInfo) -> None:
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16


def _device(entry: zipfile.ZipInfo) -> None:
    entry.external_attr = (stat.S_IFCHR | 0o666) << 16


def _lying_about_its_size() -> bytes:
    """Both headers claim ten bytes; there are a hundred million."""
    content = bytearray(zipped({"a.dcm": bytes(100_000_000)}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.rfind(mark)
        struct.pack_into("<I", content, place + at, 10)
    return bytes(content)


def _encrypted() -> bytes:
    content = bytearray(zipped({"a.dcm": b"voxels"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rfind(mark) + at] |= 1
    return bytes(content)


def _many(count: int) -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}", b"")
    return whole.getvalue()


def _huge_table() -> bytes:
    """The table of contents claims to be of 3 GB."""
    content = bytearray(zipped({"a.dcm": b"voxels"}))
    struct.pack_into("<I", content, content.rfind(b"PK\x05\x06") + 12, 3 << 30)
    return bytes(content)


def _broken_in_the_middle() -> bytes:
    content = bytearray(zipped({"a.dcm": np.random.default_rng(0).bytes(5000)}))
    content[2000:2100] = bytes(100)
    return bytes(content)


#: Name → a zip, and what must be said of it.
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a bomb": (lambda: zipped({"a.dcm": bytes(100_000_000)}), "far too much"),
    "a bomb that lies": (_lying_about_its_size, "broken"),
    "many small bombs": (
        lambda: zipped({f"{i}.dcm": bytes(10_000_000) for i in range(10)}),
        "far too much",
    ),
    "a path upwards": (lambda: zipped({"../../evil.dcm": b"x"}), "leads outside"),
    "a path upwards in the middle": (lambda: zipped({"a/../../b.dcm": b"x"}), "leads outside"),
    "a path upwards as Windows has it": (lambda: zipped({"..\\evil.dcm": b"x"}), "leads outside"),
    "an absolute path": (lambda: zipped({"/tmp/evil.dcm": b"x"}), "leads outside"),
    "a drive": (lambda: zipped({"C:\\evil.dcm": b"x"}), "leads outside"),
    "a link": (lambda: zipped({"a.dcm": b"/etc/passwd"}, _link), "a link"),
    "a device": (lambda: zipped({"a.dcm": b""}, _device), "a link or a device"),
    "a password": (_encrypted, "encrypted"),
    "far too many files": (lambda: _many(4100), "more than 4000 files"),
    "a huge table of contents": (_huge_table, "more than 4000 files"),
    "cut off": (lambda: zipped({"a.dcm": bytes(5000)})[:-30], "cut off"),
    "broken in the middle": (_broken_in_the_middle, "broken"),
    "nothing in it": (lambda: zipped({}), "empty"),
    "notes alone": (lambda: zipped({"a.txt": b"dear colleague"}), "no DICOM"),
    "a zip in it": (lambda: zipped({"a.zip": zipped({"a.dcm": b"x"})}), "no DICOM"),
    "two files of one name": (
        lambda: zipped({"a.dcm": b"x", "a.DCM": b"y"}),
        "two files of one name",
    ),
    "a header that reads a file of the server": (
        lambda: zipped(
            {
                "a.mhd": b"ObjectType = Image\nNDims = 2\nDimSize = 64 64\n"
                b"ElementType = MET_UCHAR\nElementDataFile = /etc/passwd\n"
            }
        ),
        "another file",
    ),
}
