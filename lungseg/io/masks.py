"""Masks that a person or another program has drawn, read for training."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.errors import InputError
from lungseg.geometry import Affine, axial_order, same_place, upright_affine
from lungseg.infection_mask import InfectionMask
from lungseg.io.foreign import foreign_reader
from lungseg.io.volumes import from_simpleitk
from lungseg.scan import LungMask, Scan

_PICTURES = {".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp", ".gif"}


def read_mask(mask: Any, scan: Scan, *, soft: bool = False) -> NDArray[np.bool_]:
    """Read the lung mask of a scan: whatever is not 0 is lung.

    Parameters
    ----------
    mask : LungMask, array, image, str or Path
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
        If it cannot be read, or lies in another grid than the scan.

    Examples
    --------
    >>> scan = Scan(np.zeros((1, 64, 64), np.uint8), units="display")
    >>> read_mask(np.ones((64, 64)), scan).shape
    (1, 64, 64)
    """
    name = _name(mask, scan)
    values = read_values(mask, scan, name)
    return np.asarray(values > (127 if soft else _floor(values, name)))


def read_lungs(mask: Any, scan: Scan) -> NDArray[np.uint8]:
    """Read the lung mask of a scan with its sides, if it tells them; see `LungMask.read`.

    Parameters
    ----------
    mask : LungMask, array, image, str or Path
    scan : Scan
        The scan it belongs to.

    Returns
    -------
    uint8 array of the scan's shape

    Raises
    ------
    InputError
        If it cannot be read, or lies in another grid than the scan.

    Examples
    --------
    >>> scan = Scan(np.zeros((1, 64, 64), np.uint8), units="display")
    >>> lobes = np.full((64, 64), 5)
    >>> int(read_lungs(lobes, scan).max())
    1
    """
    name = _name(mask, scan)
    values = read_values(mask, scan, name)
    if set(np.unique(values).tolist()) <= {0, 1, 2}:
        return values.astype(np.uint8)
    return (values > _floor(values, name)).astype(np.uint8)


def _name(mask: Any, scan: Scan) -> str:
    return str(mask) if isinstance(mask, (str, Path)) else f"mask of {scan.source}"


def _floor(values: NDArray[Any], name: str) -> float:
    """Value above which something is marked."""
    # A lossy picture of a mask has specks of almost nothing around its edges.
    lossy = name.lower().endswith((".jpg", ".jpeg"))
    return float(values.max() / 2) if lossy else 0.0


def read_values(mask: Any, scan: Scan, name: str) -> NDArray[Any]:
    """Read the values of a mask as they are stored, in the grid of its scan.

    A mask whose header says that its axes run otherwise than the scan's is turned round.

    Parameters
    ----------
    mask : LungMask, InfectionMask, array, image, str or Path
        An image is one of Pillow, SimpleITK or nibabel.
    scan : Scan
        The scan it belongs to.
    name : str
        What a message calls it.

    Returns
    -------
    array of the scan's shape

    Raises
    ------
    InputError
        If it cannot be read, or lies in another grid than the scan.
    """
    values, affine = _load(mask, name)
    values = values[None] if values.ndim == 2 else values
    if affine is not None and scan.affine is not None and values.ndim == 3:
        values = _in_axes_of(scan, values, affine, name)
    if values.shape != scan.shape:
        raise InputError(
            name,
            f"the mask has shape {values.shape} and its scan {scan.shape}",
            "give a mask in the scan's own grid",
        )
    return values


def _load(mask: Any, name: str) -> tuple[NDArray[Any], Affine | None]:
    """Values, and where they lie if that is known."""
    if isinstance(mask, (LungMask, InfectionMask)):
        return mask.voxels, mask.affine
    if not isinstance(mask, (str, Path)):
        return _in_memory(mask)
    path = Path(mask).expanduser()
    try:
        return _read_picture(path) if path.suffix.lower() in _PICTURES else _read_volume(path)
    except (OSError, RuntimeError, SyntaxError) as error:
        raise InputError(
            name, "the mask cannot be read", "check that it exists and is whole"
        ) from error


def _in_memory(mask: Any) -> tuple[NDArray[Any], Affine | None]:
    pillow = sys.modules.get("PIL.Image")
    if pillow is not None and isinstance(mask, pillow.Image):
        return _numbers(mask), None
    take = foreign_reader(mask)
    if take is None:
        return np.asarray(mask), None
    raw = take(mask)
    return raw.values, raw.affine


def _read_picture(path: Path) -> tuple[NDArray[Any], None]:
    from PIL import Image

    with Image.open(path) as picture:
        return _numbers(picture), None


def _numbers(picture: Any) -> NDArray[Any]:
    """Values of a picture, not the colours in which a palette shows them."""
    stored = picture.mode in ("L", "P", "1", "I;16", "I")
    return np.asarray(picture if stored else picture.convert("L"))


def _read_volume(path: Path) -> tuple[NDArray[Any], Affine | None]:
    import SimpleITK as sitk

    raw = from_simpleitk(sitk.ReadImage(str(path)), str(path))
    return raw.values, raw.affine


def _in_axes_of(scan: Scan, values: NDArray[Any], affine: Affine, name: str) -> NDArray[Any]:
    """Turn a mask whose axes run otherwise to those of its scan."""
    there, here = axial_order(affine), scan.order
    if there == here or _says_nothing(affine):
        return values
    turned = here.undo(there.apply(values))
    if turned.shape == scan.shape and same_place(
        upright_affine(affine, values.shape),
        upright_affine(np.asarray(scan.affine), scan.shape),
        scan.axial().shape,
    ):
        return turned
    raise InputError(
        name,
        "its axes run otherwise than the scan's, and its header places it elsewhere",
        "save it with the scan's own header, or give its values as an array",
    )


def _says_nothing(affine: Affine) -> bool:
    """Tell the header of whoever saved bare values: one millimetre each, from the origin on."""
    axes = np.abs(affine[:3, :3])
    return bool(np.isin(axes, (0, 1)).all() and not affine[:3, 3].any())
