"""Volumes: NIfTI, NRRD and MetaImage, by SimpleITK."""

from __future__ import annotations

import gzip
import os
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor.finding import Finding
from lungseg.errors import InputError
from lungseg.geometry import affine_from_itk
from lungseg.io.nifti_header import NiftiHeader, read_nifti_header
from lungseg.io.quiet import quiet_stderr
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
    header = _checked_header(path)
    raw = from_simpleitk(_read_image(path), str(path))
    return replace(raw, findings=_of_spacing(header))


def from_simpleitk(image: Any, source: str) -> RawScan:
    """Take values and geometry of an image of SimpleITK.

    Parameters
    ----------
    image : SimpleITK.Image
    source : str
        What messages call it.

    Returns
    -------
    RawScan

    Raises
    ------
    InputError
        If it has several components or more than three dimensions.
    """
    if image.GetNumberOfComponentsPerPixel() > 1:
        raise InputError(
            source,
            f"each voxel has {image.GetNumberOfComponentsPerPixel()} values",
            "give a volume of one value a voxel",
        )
    image = _as_three_dimensional(image, source)
    affine = affine_from_itk(image.GetSpacing(), image.GetOrigin(), image.GetDirection())
    return RawScan(_values(image), source, affine)


def _checked_header(path: Path) -> NiftiHeader | None:
    """Read the header of a NIfTI file, and see that the file is whole."""
    try:
        header = read_nifti_header(path)
    except (OSError, EOFError, zlib.error):
        header = None
    if header is not None and header.size == _stated_size(path):
        return header
    # ITK would fill a file that is cut off with zeros.
    if _unpacked_size(path) < (0 if header is None else header.size):
        raise InputError(str(path), "the file is cut off", "copy it again")
    return header


def _stated_size(path: Path) -> int:
    """Bytes of a file; of a compressed one as its last four bytes state them.

    Of a file cut off these are no number at all, and of one over 4 GB they are a
    remainder: whatever does not agree with the header is read to its end.
    """
    if path.suffix.lower() != ".gz":
        return path.stat().st_size
    with path.open("rb") as file:
        file.seek(-min(4, path.stat().st_size), os.SEEK_END)
        return int.from_bytes(file.read(4), "little")


def _read_image(path: Path) -> Any:
    import SimpleITK as sitk

    sitk.ProcessObject_SetGlobalWarningDisplay(False)
    try:
        with quiet_stderr():
            return sitk.ReadImage(str(path))
    except RuntimeError as error:
        raise InputError(str(path), *_explain(str(error))) from error


def _values(image: Any) -> NDArray[Any]:
    import SimpleITK as sitk

    return np.asarray(sitk.GetArrayFromImage(image))


def _as_three_dimensional(image: Any, source: str) -> Any:
    """Make a slice a volume of one, and a series of one volume that volume."""
    import SimpleITK as sitk

    size = image.GetSize()
    if len(size) == 2:
        return sitk.JoinSeries(image)
    if len(size) == 4 and size[3] == 1:
        # A direction that turns into the fourth axis has no inverse in three.
        try:
            return sitk.Extract(image, (*size[:3], 0))
        except RuntimeError as error:
            raise InputError(source, *_explain(str(error))) from error
    if len(size) == 3:
        return image
    raise InputError(
        source,
        f"it has {len(size)} dimensions ({'×'.join(map(str, size))})",
        "give one volume of three dimensions",
    )


def _of_spacing(header: NiftiHeader | None) -> tuple[Finding, ...]:
    if header is None or header.placed or all(abs(step) > 0 for step in header.spacing):
        return ()
    message = "the spacing in the header is zero; 1 mm was assumed in its place"
    return (Finding("warning", "zero-spacing", message, "mend the header"),)


def _unpacked_size(path: Path) -> int:
    """Bytes of a file; a compressed one is read to its end, to find it whole."""
    if path.suffix.lower() != ".gz":
        return path.stat().st_size
    size = 0
    try:
        with gzip.open(path) as file:
            while block := file.read(1 << 22):
                size += len(block)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            str(path), "the file is cut off or was never compressed by gzip", "copy it again"
        ) from error
    return size


def _explain(message: str) -> tuple[str, str]:
    """Cause and mend for what SimpleITK says."""
    lower = message.lower()
    if "orthonormal" in lower:
        return "its axes are sheared against each other", "resample it to a rectangular grid"
    if "zero-valued spacing" in lower:
        return "a spacing in its header is zero", "mend the header"
    if "determinant" in lower:
        return "the directions in its header are not independent", "mend the header"
    if "open data file" in lower or "couldn't open" in lower or "no such file" in lower:
        return "the file with its voxels is missing or cut off", "copy both files side by side"
    return "the volume is broken, cut off or not of the format its name says", "export it again"
