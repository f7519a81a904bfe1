"""Images that other libraries hold in memory: of Pillow, SimpleITK and nibabel."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from lungseg.errors import InputError
from lungseg.geometry import axial_affine
from lungseg.io import pictures, volumes
from lungseg.io.raw import RawScan

#: Where SimpleITK says that an image lies which was told nothing.
_UNSET = axial_affine((1.0, 1.0, 1.0))


def foreign_reader(x: Any) -> Callable[[Any], RawScan] | None:
    """Find what reads an image of another library.

    No library is imported for it: whoever holds such an image has imported it.

    Parameters
    ----------
    x : object
        Anything.

    Returns
    -------
    callable or None
        Takes ``x`` and returns a `RawScan`, or raises `lungseg.InputError`. None where it is no
        such image.

    Examples
    --------
    >>> import SimpleITK as sitk
    >>> image = sitk.GetImageFromArray(np.zeros((2, 64, 80)))
    >>> foreign_reader(image)(image).values.shape
    (2, 64, 80)
    >>> foreign_reader(np.zeros((64, 80))) is None
    True
    """
    for module, kind, reader in _READERS:
        imported = sys.modules.get(module)
        if imported is not None and isinstance(x, getattr(imported, kind)):
            return reader
    return None


def _of_pillow(picture: Any) -> RawScan:
    return pictures.from_pillow(picture, getattr(picture, "filename", "") or "Pillow image")


def _of_simpleitk(image: Any) -> RawScan:
    raw = volumes.from_simpleitk(image, "SimpleITK image")
    # What was never told where it lies, as an array or a PNG, has voxels of one millimetre.
    unset = raw.affine is not None and np.array_equal(raw.affine, _UNSET)
    return replace(raw, affine=None) if unset else raw


def _of_nibabel(image: Any) -> RawScan:
    """Read in the order of axes that SimpleITK has, so that a file and its image are alike."""
    source = image.get_filename() or "nibabel image"
    try:
        values = np.asanyarray(image.dataobj)
    except (OSError, EOFError, ValueError) as error:
        raise InputError(source, "the volume is broken or cut off", "copy it again") from error
    if values.dtype.names:
        raise InputError(
            source,
            f"each voxel has {len(values.dtype.names)} values",
            "give a volume of one value a voxel",
        )
    values = values.reshape(values.shape[:3] + tuple(n for n in values.shape[3:] if n != 1))
    if not 2 <= values.ndim <= 3:
        raise InputError(
            source,
            f"it has {values.ndim} dimensions ({'×'.join(map(str, values.shape))})",
            "give one volume of three dimensions",
        )
    values = values[..., None] if values.ndim == 2 else values
    affine = None if image.affine is None else np.asarray(image.affine, float)[:, [2, 1, 0, 3]]
    return RawScan(values.T, source, affine)


_READERS: tuple[tuple[str, str, Callable[[Any], RawScan]], ...] = (
    ("PIL.Image", "Image", _of_pillow),
    ("SimpleITK", "Image", _of_simpleitk),
    ("nibabel.spatialimages", "SpatialImage", _of_nibabel),
)
