"""Pictures: PNG, JPEG, TIFF and what else Pillow reads."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.errors import InputError
from lungseg.io.colour import check_colour, to_grey
from lungseg.io.quiet import quiet_stderr
from lungseg.io.raw import RawScan

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp"})

#: Modes that hold more than 8 bits: HU are possible.
_DEEP = ("I", "F")


def read_picture(path: Path) -> RawScan:
    """Read a picture; the pages of a TIFF are slices.

    Parameters
    ----------
    path : Path

    Returns
    -------
    RawScan

    Raises
    ------
    InputError
        If it is broken, too large, or a colour photograph.
    """
    from PIL import Image

    source = str(path)
    try:
        with warnings.catch_warnings(), quiet_stderr():
            warnings.simplefilter("ignore")
            pages = _pages(path)
    except Image.DecompressionBombError as error:
        raise InputError(source, "the picture has far too many pixels", "give one slice") from error
    except Exception as error:
        # Pillow's decoders raise anything from OSError to struct.error on broken files.
        raise InputError(
            source, "the picture is broken, cut off or of an unknown format", "export it again"
        ) from error
    if len({page.shape for page, _ in pages}) > 1:
        raise InputError(source, "its pages differ in size", "give one file for each of them")
    coloured = max(share for _, share in pages)
    return RawScan(
        np.stack([page for page, _ in pages]), source, findings=check_colour(coloured, source)
    )


def _pages(path: Path) -> list[tuple[NDArray[Any], float]]:
    from PIL import Image, ImageOps, ImageSequence

    with Image.open(path) as picture:
        # The frames of other formats are animations and thumbnails.
        has_slices = picture.format == "TIFF" and getattr(picture, "n_frames", 1) > 1
        frames = ImageSequence.Iterator(picture) if has_slices else [picture]
        return [_page(ImageOps.exif_transpose(frame)) for frame in frames]


def _page(picture: Any) -> tuple[NDArray[Any], float]:
    """Grey values, and the share of pixels that are coloured."""
    if picture.mode.startswith(_DEEP):
        return np.asarray(picture), 0.0
    if picture.mode in ("L", "1"):
        return np.asarray(picture.convert("L")), 0.0
    return to_grey(np.asarray(picture.convert("RGBA")))
