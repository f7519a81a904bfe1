"""Zips from strangers: checked before, and counted while, they are unpacked."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from lungseg.errors import InputError
from lungseg.serve.names import known_suffix
from lungseg.serve.settings import Limits

_BLOCK = 1 << 20

#: What a file takes up in the table of contents: its names and attributes.
_ENTRY_BYTES = 1024

_AGAIN = "make the zip again of the files of one series"

#: What zipfile raises of broken files, besides its own error.
_FAULTS = (EOFError, LookupError, OSError, RuntimeError, ValueError, struct.error)


def unpack(path: Path, folder: Path, limits: Limits, name: str) -> Path:
    """Unpack the files of a zip under names of our own.

    Parameters
    ----------
    path : Path
        The zip.
    folder : Path
        Where its files go, numbered in the zip's order; made here.
    limits : Limits
    name : str
        What messages call the zip.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If it is broken or encrypted; if it holds a link, a path that leads outside, too
        many files, or unpacks to too much. What it claims is not believed: the bytes are
        counted.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with zipfile.ZipFile(folder / "a.zip", "w") as made:
    ...     made.writestr("series/one.dcm", b"voxels")
    >>> [file.name for file in unpack(folder / "a.zip", folder / "b", Limits(), "a.zip").iterdir()]
    ['00000.dcm']
    """
    _check_contents(path, limits, name)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if _is_wanted(entry, name)]
            if len(entries) > limits.files:
                raise _too_many(limits, name)
            folder.mkdir(mode=0o700)
            left = min(limits.unpacked_bytes, limits.ratio * max(path.stat().st_size, 1 << 16))
            stems: dict[str, int] = {}
            for entry in entries:
                with archive.open(entry) as packed:
                    left -= _copy(packed, folder / _own_name(entry, stems), left, name)
    except InputError:
        raise
    except (*_FAULTS, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(name, "the zip is broken", _AGAIN) from error
    return folder


def _check_contents(path: Path, limits: Limits, name: str) -> None:
    """Refuse a table of contents that would fill the memory before a file of it is seen."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        start = file.seek(max(0, size - 65_557))
        end = file.read()
        at = end.rfind(b"PK\x05\x06")
        if at < 0 or len(end) < at + 22:
            raise InputError(name, "the zip is broken or cut off", _AGAIN)
        (table,) = struct.unpack_from("<I", end, at + 12)
        if at >= 20 and end[at - 20 : at - 16] == b"PK\x06\x07":
            table = max(table % 0xFFFFFFFF, _table_of_zip64(file, start + at))
    if table > limits.files * _ENTRY_BYTES:
        raise _too_many(limits, name)


def _table_of_zip64(file: IO[bytes], end: int) -> int:
    """Bytes of the table of contents, as the record right before its locator states them."""
    file.seek(max(0, end - 20 - 56))
    record = file.read(56)
    if record[:4] != b"PK\x06\x06" or len(record) < 56:
        return 0xFFFFFFFF
    return int(struct.unpack_from("<Q", record, 40)[0])


def _is_wanted(entry: zipfile.ZipInfo, name: str) -> bool:
    """Refuse what no honest zip of a series holds; leave out what is no file of it."""
    # ZipInfo turns the separators of its own system only.
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    absolute = bool(parts) and (parts[0] == "/" or ":" in parts[0])
    if absolute or ".." in parts:
        raise InputError(name, "the zip holds a path that leads outside of it", _AGAIN)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise InputError(name, "the zip holds a link or a device", _AGAIN)
    if entry.flag_bits & 1:
        raise InputError(name, "the zip is encrypted", "make it again without a password")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(name, "the zip is packed in an unusual way", "pack it by deflate")
    own = not parts or entry.is_dir() or parts[-1].startswith(".") or parts[0] == "__MACOSX"
    # The index of a disc names files, and these have other names here.
    return not own and parts[-1].upper() != "DICOMDIR"


def _own_name(entry: zipfile.ZipInfo, stems: dict[str, int]) -> str:
    """Give a file a number; a header and its voxels, alike but for the suffix, share one."""
    suffix = known_suffix(entry.filename)
    stem = entry.filename[: len(entry.filename) - len(suffix)]
    return f"{stems.setdefault(stem, len(stems)):05d}{'' if suffix == '.zip' else suffix}"


def _copy(packed: IO[bytes], target: Path, left: int, name: str) -> int:
    size = 0
    try:
        file = target.open("xb")
    except FileExistsError as error:
        raise InputError(name, "the zip holds two files of one name", _AGAIN) from error
    with file:
        while block := packed.read(_BLOCK):
            size += len(block)
            if size > left:
                raise InputError(name, "the zip unpacks to far too much", _AGAIN)
            file.write(block)
    return size


def _too_many(limits: Limits, name: str) -> InputError:
    return InputError(name, f"the zip holds more than {limits.files} files", _AGAIN)
