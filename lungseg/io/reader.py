"""Reading: whatever a user has, to a `Scan`."""

from __future__ import annotations

from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor.content import check_content
from lungseg.doctor.geometry import check_geometry, to_three_dimensions
from lungseg.doctor.values import settle_values
from lungseg.errors import InputError
from lungseg.geometry import Affine, axial_order
from lungseg.io import pictures, volumes
from lungseg.io.colour import check_colour, to_grey
from lungseg.io.foreign import foreign_reader
from lungseg.io.raw import RawScan
from lungseg.scan import Scan, Units


def read(x: Any, *, units: Units | None = None) -> Scan:
    """Read a scan: a file, a folder of DICOM files, an array, an image, or a scan itself.

    Parameters
    ----------
    x : str, Path, array, image or Scan
        A DICOM file or a folder with DICOM in it; NIfTI, NRRD or MetaImage; PNG, JPEG or
        TIFF; ``.npy``; an array of shape (rows, columns) or (slices, rows, columns); an image
        of Pillow, SimpleITK or nibabel, which reads as the file it could be saved to.
    units : {"HU", "display"}, optional
        Where the format does not say and the doctor should not guess.

    Returns
    -------
    Scan
        In the file's own grid, with what the doctor noticed in ``findings``.

    Raises
    ------
    InputError
        If it cannot be used: one line with the file, the cause and the mend.

    Examples
    --------
    >>> noise = np.random.default_rng(0).integers(0, 256, (80, 100), np.uint8)
    >>> read(noise)
    Scan(1×80×100, display, no spacing, 'array')
    """
    if isinstance(x, Scan):
        return x
    if isinstance(x, (str, Path)):
        if not str(x):
            raise InputError("input", "the path is empty", "give the path of a file or a folder")
        return _examined(_load(Path(x).expanduser()), units)
    take = foreign_reader(x)
    if take is not None:
        return _examined(take(x), units)
    if isinstance(x, (np.ndarray, list, tuple)) or hasattr(x, "__array__"):
        return scan_from_array(_as_array(x), units=units)
    raise InputError(
        f"input of type {type(x).__name__}",
        "it is neither a path nor an array, an image or a scan",
        "give a path, a NumPy array, lungseg.Scan, or an image of Pillow, SimpleITK or nibabel",
    )


as_scan = read


def scan_from_array(
    array: NDArray[Any],
    *,
    units: Units | None = None,
    affine: Affine | None = None,
    source: str = "array",
) -> Scan:
    """Make a scan of an array; see `Scan.from_array`."""
    if _is_colour(array):
        grey, share = to_grey(array)
        raw = RawScan(grey, source, affine, "display", check_colour(share, source))
        return _examined(raw, units)
    if affine is None and array.ndim == 3 and array.shape[2] == 1 < min(array.shape[:2]):
        # A grey picture with its channel, as OpenCV and Keras have it.
        array = array[..., 0]
    return _examined(RawScan(array, source, affine), units)


def _is_colour(array: NDArray[Any]) -> bool:
    """Tell a picture of shape (rows, columns, channels), as OpenCV has it."""
    return (
        array.dtype == np.uint8
        and array.ndim == 3
        and array.shape[2] in (3, 4)
        and min(array.shape[:2]) > 4
    )


def _as_array(x: Any) -> NDArray[Any]:
    try:
        return np.asarray(x)
    except ValueError as error:
        raise InputError(
            "array", "its rows differ in length", "give a rectangular array"
        ) from error


def _examined(raw: RawScan, units: Units | None) -> Scan:
    """Let the doctor look at what was read."""
    if units not in (None, "HU", "display"):
        raise InputError(raw.source, f"units are {units!r}", 'give "HU" or "display"')
    values = to_three_dimensions(raw.values, raw.source)
    affine, of_geometry = check_geometry(values, raw.affine, raw.source)
    voxels, settled, of_values = settle_values(values, units or raw.units, raw.source)
    of_content = check_content(axial_order(affine).apply(voxels), settled, raw.source)
    findings = (*raw.findings, *of_geometry, *of_values, *of_content)
    return Scan(voxels, affine, raw.source, settled, findings=findings)


def _load(path: Path) -> RawScan:
    from lungseg.io import dicom

    _check_access(path)
    if path.name.upper() == "DICOMDIR":
        # The index of a disc: the files it lists lie below it.
        path = path.parent
    if path.is_dir():
        return _load_folder(path)
    if volumes.is_volume(path):
        return volumes.read_volume(path)
    if path.suffix.lower() == ".npy":
        return _load_npy(path)
    if dicom.is_dicom(path) or path.suffix.lower() in dicom.SUFFIXES:
        return dicom.read_file(path)
    if path.suffix.lower() in pictures.SUFFIXES or _is_picture(path):
        return pictures.read_picture(path)
    raise InputError(
        str(path),
        "the format is not known",
        "give DICOM, NIfTI, NRRD, MetaImage, PNG, JPEG, TIFF or .npy",
    )


def _check_access(path: Path) -> None:
    try:
        there = path.exists()
        empty = there and path.is_file() and not _first_byte(path)
    except (OSError, ValueError) as error:
        raise InputError(
            str(path), "the file may not be read", "check its name and its permissions"
        ) from error
    if not there:
        raise InputError(str(path), "there is no such file or folder", "check the path")
    if empty:
        raise InputError(str(path), "the file is empty", "copy it again from its origin")


def _first_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(1)


def _load_folder(folder: Path) -> RawScan:
    from lungseg.io import dicom

    try:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
    except OSError as error:
        raise InputError(str(folder), "the folder may not be read", "check permissions") from error
    if not files:
        raise InputError(str(folder), "the folder is empty", "give the folder that holds the files")
    if any(dicom.is_dicom(path) for path in files):
        return dicom.read_folder(folder, files)
    readable = [p for p in files if volumes.is_volume(p) or p.suffix.lower() in pictures.SUFFIXES]
    if len(readable) == 1:
        return _load(readable[0])
    cause = "no DICOM is in the folder"
    if readable:
        raise InputError(str(folder), f"{cause}, but {len(readable)} other scans", "name one file")
    raise InputError(str(folder), cause, "give the folder that holds the files of the series")


def _load_npy(path: Path) -> RawScan:
    try:
        # Nothing is ever unpickled.
        values = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError, SyntaxError, TypeError, TokenError) as error:
        raise InputError(
            str(path), "the array is broken or holds Python objects", "save plain numbers"
        ) from error
    if not isinstance(values, np.ndarray):
        raise InputError(str(path), "it is an archive of arrays", "save one array as .npy")
    return RawScan(values, str(path))


def _is_picture(path: Path) -> bool:
    """Tell by its content whether a file of any name is a picture."""
    from PIL import Image

    try:
        with Image.open(path):
            return True
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
