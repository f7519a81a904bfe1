"""What a file claims to hold, looked at before memory is spent on it."""

from __future__ import annotations

import gzip
import re
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path

from lungseg.errors import InputError
from lungseg.io import pictures, volumes
from lungseg.io.dicom.files import frames_of, is_dicom
from lungseg.io.dicom.tags import faults
from lungseg.io.quiet import quiet_stderr
from lungseg.serve.settings import Limits

_BLOCK = 1 << 20

#: Where a header may name the file of its voxels, and how it says that they follow.
_PLACES = {
    ".mha": re.compile(rb"^\s*ElementDataFile\s*[=:]\s*(.*?)\s*$", re.MULTILINE),
    ".nrrd": re.compile(rb"^\s*data ?file\s*:(.*)$", re.IGNORECASE | re.MULTILINE),
}
_PLACES.update({".mhd": _PLACES[".mha"], ".nhdr": _PLACES[".nrrd"]})

#: No header is longer.
_HEADER = 1 << 20

_DEFLATED = "1.2.840.10008.1.2.1.99"


def check_claims(path: Path, limits: Limits, name: str) -> None:
    r"""Refuse files that would fill the memory or that read voxels from elsewhere.

    Parameters
    ----------
    path : Path
        A file, or the folder of an unpacked zip.
    limits : Limits
    name : str
        What messages call it.

    Raises
    ------
    InputError
        If its headers claim too many voxels, if it unpacks to too much, or if a header
        names another file. What is merely broken is left to the readers.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.mha"
    >>> _ = path.write_bytes(b"ObjectType = Image\nElementDataFile = /etc/passwd\n")
    >>> try:
    ...     check_claims(path, Limits(), "a.mha")
    ... except InputError as error:
    ...     print(error)
    a.mha: its voxels lie in another file; give one file that holds both
    """
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    total = 0
    for file in files:
        if is_dicom(file):
            _check_deflated(file, limits, name)
        elif volumes.is_volume(file):
            _check_elsewhere(file, name)
            if file.suffix == ".gz":
                _check_unpacked(_gunzipped(file), limits, name)
        total += _claimed_voxels(file)
        if total > limits.voxels:
            raise InputError(
                name,
                f"it claims more than {limits.voxels >> 20} million voxels",
                "cut it to the chest, or use lungseg on your own machine",
            )


def _claimed_voxels(file: Path) -> int:
    """Voxels by the header; 0 where it cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if is_dicom(file):
                return _of_dicom(file)
            if volumes.is_volume(file):
                return _of_volume(file)
            if file.suffix == ".npy":
                return _of_array(file)
            return _of_picture(file)
        except Exception:
            # Broken in whatever way: the reader says so.
            return 0


def _of_dicom(file: Path) -> int:
    frames = frames_of(file)
    return len(frames) * frames[0].shape[0] * frames[0].shape[1]


def _of_volume(file: Path) -> int:
    import SimpleITK as sitk

    reader = sitk.ImageFileReader()
    reader.SetFileName(str(file))
    sitk.ProcessObject_SetGlobalWarningDisplay(False)
    with quiet_stderr():
        reader.ReadImageInformation()
    return _product(reader.GetSize()) * reader.GetNumberOfComponents()


def _of_array(file: Path) -> int:
    from numpy.lib import format as npy

    with file.open("rb") as opened:
        version = npy.read_magic(opened)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        return _product(read(opened)[0])


def _of_picture(file: Path) -> int:
    from PIL import Image

    if file.suffix not in pictures.SUFFIXES and file.suffix:
        return 0
    with Image.open(file) as picture:
        # Pages of a TIFF are slices; of an animation only the first frame is read.
        pages = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
        return picture.width * picture.height * int(pages)


def _product(sizes: tuple[int, ...]) -> int:
    total = 1
    for size in sizes:
        total *= abs(int(size))
    return total


def _check_elsewhere(file: Path, name: str) -> None:
    """Refuse headers that name another file: it would be one of this machine's."""
    pattern = _PLACES.get(file.suffix)
    if pattern is None:
        return
    with file.open("rb") as opened:
        header = opened.read(_HEADER)
    if file.suffix in (".nrrd", ".nhdr"):
        header, ended, _ = header.replace(b"\r\n", b"\n").partition(b"\n\n")
        here = pattern.search(header) is None and (ended or len(header) < _HEADER)
    else:
        found = pattern.search(header)
        here = found is not None and found[1].upper() == b"LOCAL"
    if not here:
        raise InputError(name, "its voxels lie in another file", "give one file that holds both")


def _check_deflated(file: Path, limits: Limits, name: str) -> None:
    """Count what a deflated DICOM file unpacks to: pydicom does it at one stroke."""
    from pydicom.filereader import read_file_meta_info

    try:
        meta = read_file_meta_info(file)
        if str(meta.get("TransferSyntaxUID", "")) != _DEFLATED:
            return
        # Preamble and magic, the group length's own element, and the group.
        start = 132 + 12 + int(meta.FileMetaInformationGroupLength)
    except faults():
        return
    _check_unpacked(_inflated(file, start), limits, name)


def _check_unpacked(blocks: Iterator[bytes], limits: Limits, name: str) -> None:
    total = 0
    try:
        for block in blocks:
            total += len(block)
            if total > limits.unpacked_bytes:
                raise InputError(name, "it unpacks to far too much", "give it uncompressed")
    except (OSError, EOFError, zlib.error):
        # Cut off, or no gzip at all: the reader says so.
        return


def _gunzipped(file: Path) -> Iterator[bytes]:
    with gzip.open(file) as opened:
        while block := opened.read(_BLOCK):
            yield block


def _inflated(file: Path, start: int) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    with file.open("rb") as opened:
        opened.seek(start)
        while packed := opened.read(_BLOCK):
            yield inflate.decompress(packed, _BLOCK)
            while inflate.unconsumed_tail:
                yield inflate.decompress(inflate.unconsumed_tail, _BLOCK)
