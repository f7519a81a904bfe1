"""Masks that a person or another program has drawn, read for training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.errors import InputError
from lungseg.scan import LungMask, Scan

_PICTURES = {".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp", ".gif"}


def read_mask(mask: Any, scan: Scan, *, soft: bool = False) -> NDArray[np.bool_]:
    """Read the lung mask of a scan: whatever is not 0 is lung.

    Parameters
    ----------
    mask : LungMask, array, str or Path
        A picture, NIfTI, NRRD or MetaImage where it is a path.
    scan : Scan
        The scan it belongs to.
    soft : bool
        The values are probabilities from 0 to 255, cut at one half.

    Returns
    -------
    bool array of the scan's shape

    Raises
    ------
    InputError
        If it cannot be read, or has another size than the scan.

    Examples
    --------
    >>> scan = Scan(np.zeros((1, 64, 64), np.uint8), units="display")
    >>> read_mask(np.ones((64, 64)), scan).shape
    (1, 64, 64)
    """
    name = str(mask) if isinstance(mask, (str, Path)) else f"mask of {scan.source}"
    values = read_values(mask, name)
    if values.ndim == 2:
        values = values[None]
    if values.shape != scan.shape:
        raise InputError(
            name,
            f"the mask has shape {values.shape} and its scan {scan.shape}",
            "give a mask in the scan's own grid",
        )
    # A lossy picture of a mask has specks of almost nothing around its edges.
    lossy = name.lower().endswith((".jpg", ".jpeg"))
    floor = 127 if soft else values.max() / 2 if lossy else 0
    return np.asarray(values > floor)


def read_values(mask: Any, name: str) -> NDArray[Any]:
    """Read the values of a mask as they are stored.

    Parameters
    ----------
    mask : LungMask, array, str or Path
    name : str
        What a message calls it.

    Returns
    -------
    array

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if isinstance(mask, LungMask):
        return mask.voxels
    if not isinstance(mask, (str, Path)):
        return np.asarray(mask)
    path = Path(mask).expanduser()
    try:
        return _read_picture(path) if path.suffix.lower() in _PICTURES else _read_volume(path)
    except (OSError, RuntimeError, SyntaxError) as error:
        raise InputError(
            name, "the mask cannot be read", "check that it exists and is whole"
        ) from error


def _read_picture(path: Path) -> NDArray[Any]:
    from PIL import Image

    with Image.open(path) as picture:
        return np.asarray(
            picture if picture.mode in ("L", "P", "1", "I;16", "I") else picture.convert("L")
        )


def _read_volume(path: Path) -> NDArray[Any]:
    import SimpleITK as sitk

    return np.asarray(sitk.GetArrayFromImage(sitk.ReadImage(str(path))))
