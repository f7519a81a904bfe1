"""Pictures of slices with the outlines of the lungs and of what is infected."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.infection_mask import InfectionMask
from lungseg.io.atomic import atomic_path
from lungseg.report.colours import INFECTION, LUNGS, RGB
from lungseg.scan import LungMask, Scan

#: How much of the colour lies over what is infected.
_TINT = 0.3


def overlay(
    grey: NDArray[np.uint8],
    labels: NDArray[Any] | None = None,
    infection: NDArray[Any] | None = None,
) -> NDArray[np.uint8]:
    """Draw the outlines of the lungs and of what is infected on a slice.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns), or RGB of shape (rows, columns, 3)
    labels : array of shape (rows, columns), optional
        1 right lung, 2 left lung.
    infection : array of the same shape, optional
        Class numbers of an `InfectionMask`; drawn over the lungs.

    Returns
    -------
    uint8 array of shape (rows, columns, 3)
        RGB.

    Examples
    --------
    >>> labels = np.zeros((32, 32), np.uint8)
    >>> labels[8:24, 8:24] = 1
    >>> overlay(np.zeros((32, 32), np.uint8), labels)[8, 8].tolist()
    [0, 158, 115]
    """
    rgb = grey.copy() if grey.ndim == 3 else np.repeat(grey[..., None], 3, axis=2)
    rgb = _outline(_tint(rgb, infection), labels, LUNGS)
    return _outline(rgb, infection, INFECTION)


def _tint(rgb: NDArray[np.uint8], infection: NDArray[Any] | None) -> NDArray[np.uint8]:
    """Let what is infected shimmer in its colour: an outline alone is lost in grey."""
    if infection is None:
        return rgb
    for label, colour in INFECTION.items():
        part = infection == label
        rgb[part] = np.rint((1 - _TINT) * rgb[part] + _TINT * np.array(colour))
    return rgb


def _outline(
    rgb: NDArray[np.uint8], labels: NDArray[Any] | None, colours: Mapping[int, RGB]
) -> NDArray[np.uint8]:
    if labels is None:
        return rgb
    for label, colour in colours.items():
        part = np.ascontiguousarray(labels == label, np.uint8)
        outlines, _ = cv2.findContours(part, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        rgb = cv2.drawContours(np.ascontiguousarray(rgb), outlines, -1, colour, 1)
    return rgb


def heat_overlay(grey: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Lay a heat map over a slice.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)
    heat : float array of the same shape
        0 to 1.

    Returns
    -------
    uint8 array of shape (rows, columns, 3)
        RGB; the slice shows through where there is no heat.

    Examples
    --------
    >>> heat_overlay(np.full((4, 4), 90, np.uint8), np.zeros((4, 4), np.float32))[0, 0].tolist()
    [90, 90, 90]
    """
    from matplotlib import colormaps

    colour = colormaps["inferno"](heat)[..., :3] * 255
    share = 0.6 * np.clip(heat, 0, 1)[..., None]
    return np.rint((1 - share) * grey[..., None] + share * colour).astype(np.uint8)


def montage(
    scan: Scan,
    mask: LungMask | None = None,
    infection: InfectionMask | None = None,
    *,
    columns: int = 4,
    rows: int = 3,
) -> NDArray[np.uint8]:
    """Tile evenly spaced slices of a scan, with the outlines of its lungs.

    Parameters
    ----------
    scan : Scan
    mask : LungMask, optional
        In the scan's grid. Slices with lung are shown where there are any.
    infection : InfectionMask, optional
        In the scan's grid; outlined in colours of its own.
    columns, rows : int
        Of tiles, at most.

    Returns
    -------
    uint8 array of shape (rows, columns, 3)
        RGB; a single slice is shown in its own size.

    Examples
    --------
    >>> import lungseg
    >>> montage(lungseg.phantom(slices=5, size=64)).shape
    (512, 1024, 3)
    """
    from lungseg.report.tiles import tiles

    whole = len(scan.axial()) == 1
    size = None if whole else 256
    shown = [tile.rgb for tile in tiles(scan, mask, infection, count=columns * rows, size=size)]
    columns = min(columns, len(shown))
    shown += [np.zeros_like(shown[0])] * (-len(shown) % columns)
    return np.vstack([np.hstack(shown[i : i + columns]) for i in range(0, len(shown), columns)])


def save_png(rgb: NDArray[np.uint8], path: str | Path) -> Path:
    """Write an RGB picture; it appears whole or not at all.

    Parameters
    ----------
    rgb : uint8 array of shape (rows, columns, 3)
    path : str or Path

    Returns
    -------
    Path
    """
    path = Path(path)
    with atomic_path(path) as temporary:
        temporary.write_bytes(encode_png(rgb))
    return path


def encode_png(rgb: NDArray[np.uint8]) -> bytes:
    """Encode an RGB picture of shape (rows, columns, 3) as PNG.

    Examples
    --------
    >>> encode_png(np.zeros((2, 2, 3), np.uint8))[1:4]
    b'PNG'
    """
    return bytes(cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))[1])
