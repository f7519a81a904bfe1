"""Volumes: NIfTI, NRRD and MetaImage, by SimpleITK."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

from lungseg.errors import InputError
from lungseg.geometry import affine_from_itk
from lungseg.io.raw import RawScan

SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd", ".hdr", ".img", ".img.gz")


def is_volume(path: Path) -> bool:
    """Tell by its name whether a file is a volume.

    Examples
    --------
    >>> is_volume(Path("scan.nii.gz")), is_volume(Path("scan.png"))
    (True, False)
    """
    return path.name.lower().endswith(SUFFIXES)


def read_volume(path: Path) -> RawScan:
    """Read a volume with its geometry, in its own grid.

    Parameters
    ----------
    path : Path

    Returns
    -------
    RawScan

    Raises
    ------
    InputError
        If it is broken, has several components or more than three dimensions.
    """
    import SimpleITK as sitk

    source = str(path)
    sitk.ProcessObject_SetGlobalWarningDisplay(False)
    _check_gzip(path)
    _check_nifti_length(path)
    try:
        image = sitk.ReadImage(source)
    except RuntimeError as error:
        raise InputError(source, *_explain(str(error))) from error
    if image.GetNumberOfComponentsPerPixel() > 1:
        raise InputError(
            source,
            f"each voxel has {image.GetNumberOfComponentsPerPixel()} values",
            "give a volume of one value a voxel",
        )
    values = sitk.GetArrayFromImage(image)
    if image.GetDimension() != 3:
        return RawScan(values, source)
    affine = affine_from_itk(image.GetSpacing(), image.GetOrigin(), image.GetDirection())
    return RawScan(values, source, affine)


def _check_gzip(path: Path) -> None:
    """Refuse a compressed file that was cut off: ITK would fill it up with zeros."""
    if path.suffix.lower() != ".gz":
        return
    try:
        with gzip.open(path) as file:
            while file.read(1 << 22):
                pass
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            str(path), "the file is cut off or was never compressed by gzip", "copy it again"
        ) from error


def _check_nifti_length(path: Path) -> None:
    """Refuse a plain NIfTI that was cut off: ITK would fill it up with zeros."""
    if path.suffix.lower() != ".nii":
        return
    with path.open("rb") as file:
        header = file.read(352)
    # The size of the header, 348, tells the byte order; NIfTI-2 is left to ITK.
    order = next((o for o in "<>" if header[:4] == struct.pack(f"{o}i", 348)), None)
    if order is None or len(header) < 352:
        return
    count, *sizes = struct.unpack(f"{order}8h", header[40:56])
    bits = struct.unpack(f"{order}h", header[72:74])[0]
    offset = struct.unpack(f"{order}f", header[108:112])[0]
    expected = int(offset) + math.prod(sizes[:count]) * bits // 8
    if path.stat().st_size < expected:
        raise InputError(str(path), "the file is cut off", "copy it again")


def _explain(message: str) -> tuple[str, str]:
    """Cause and mend for what SimpleITK says."""
    if "orthonormal" in message:
        return "its axes are sheared against each other", "resample it to a rectangular grid"
    if "dimension" in message.lower() and "support" in message.lower():
        return "it has more dimensions than a scan", "give one volume of three dimensions"
    return "the volume is broken, cut off or not of the format its name says", "export it again"
