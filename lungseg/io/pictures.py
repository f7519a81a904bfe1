"""Pictures: PNG, JPEG, TIFF and what else Pillow reads."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
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
    with _explained(source), Image.open(path) as picture:
        pages = _pages(picture)
    return _stacked(pages, source)


def from_pillow(picture: Any, source: str) -> RawScan:
    """Take the values of a picture that Pillow holds.

    Parameters
    ----------
    picture : PIL.Image.Image
    source : str
        What messages call it.

    Returns
    -------
    RawScan

    Raises
    ------
    InputError
        If its file is broken or closed, or it is a colour photograph.
    """
    with _explained(source):
        shown = picture.tell() if hasattr(picture, "tell") else 0
        pages = _pages(picture)
        if shown:
            picture.seek(shown)
    return _stacked(pages, source)


@contextmanager
def _explained(source: str) -> Iterator[None]:
    """Say in one line what Pillow says in many ways."""
    from PIL import Image

    try:
        with warnings.catch_warnings(), quiet_stderr():
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError as error:
        raise InputError(source, "the picture has far too many pixels", "give one slice") from error
    except Exception as error:
        # Pillow's decoders raise anything from OSError to struct.error on broken files.
        raise InputError(
            source, "the picture is broken, cut off or of an unknown format", "export it again"
        ) from error


def _pages(picture: Any) -> list[tuple[NDArray[Any], float]]:
    from PIL import ImageOps, ImageSequence

    # The frames of other formats are animations and thumbnails.
    has_slices = picture.format == "TIFF" and getattr(picture, "n_frames", 1) > 1
    frames = ImageSequence.Iterator(picture) if has_slices else [picture]
    return [_page(ImageOps.exif_transpose(frame)) for frame in frames]


def _stacked(pages: list[tuple[NDArray[Any], float]], source: str) -> RawScan:
    if len({page.shape for page, _ in pages}) > 1:
        raise InputError(source, "its pages differ in size", "give one file for each of them")
    coloured = max(share for _, share in pages)
    return RawScan(
        np.stack([page for page, _ in pages]), source, findings=check_colour(coloured, source)
    )


def _page(picture: Any) -> tuple[NDArray[Any], float]:
    """Grey values, and the share of pixels that are coloured."""
    if picture.mode.startswith(_DEEP):
        return np.asarray(picture), 0.0
    if picture.mode in ("L", "1"):
        return np.asarray(picture.convert("L")), 0.0
    return to_grey(np.asarray(picture.convert("RGBA")))
