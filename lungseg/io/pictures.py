"""Pictures: PNG, JPEG, TIFF and what else Pillow reads."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor.finding import Finding
from lungseg.errors import InputError
from lungseg.io.raw import RawScan

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp"})

#: Modes that hold more than 8 bits: HU are possible.
_DEEP = ("I", "F")

#: Channels that differ by more than this make a pixel coloured.
_COLOUR = 40


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
    from PIL import Image, ImageOps, ImageSequence

    source = str(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as picture:
                still = getattr(picture, "n_frames", 1) == 1
                frames = [picture] if still else ImageSequence.Iterator(picture)
                pages = [_page(ImageOps.exif_transpose(frame)) for frame in frames]
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
        np.stack([page for page, _ in pages]), source, findings=_colour_findings(coloured, source)
    )


def _page(picture: Any) -> tuple[NDArray[Any], float]:
    """Grey values, and the share of pixels that are coloured."""
    if picture.mode.startswith(_DEEP):
        return np.asarray(picture), 0.0
    if picture.mode in ("L", "1"):
        return np.asarray(picture.convert("L")), 0.0
    rgba = np.asarray(picture.convert("RGBA"))
    rgb = rgba[..., :3].astype(np.int16)
    # What is transparent shows black, whatever colour it hides.
    rgb = np.where(rgba[..., 3:] > 0, rgb, 0)
    coloured = float(np.mean(rgb.max(axis=2) - rgb.min(axis=2) > _COLOUR))
    grey = rgb @ np.array([0.299, 0.587, 0.114])
    return np.rint(grey).astype(np.uint8), coloured


def _colour_findings(share: float, source: str) -> tuple[Finding, ...]:
    if share > 0.4:
        raise InputError(
            source,
            f"{share:.0%} of the picture is coloured: a photograph or a colour map, no CT slice",
            "give the grey slice itself",
        )
    if share <= 0.03:
        return ()
    message = f"{share:.0%} of the picture is coloured: a screenshot, or marks drawn on it"
    return (Finding("warning", "colour", message, "give the slice without marks"),)
