"""Tiles: single slices of a scan, ready to be looked at."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lungseg.infection_mask import InfectionMask
from lungseg.preprocess.body_box import Box
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window
from lungseg.report.overlay import heat_overlay, overlay
from lungseg.scan import Heatmap, LungMask, Scan

#: Border around the lungs in a tile cropped to them, as a share of their size.
_MARGIN = 0.12


class Tile(NamedTuple):
    """One slice of a scan.

    Parameters
    ----------
    number : int
        Axial slice, counted from the feet, from 0.
    rgb : uint8 array of shape (rows, columns, 3)
    """

    number: int
    rgb: NDArray[np.uint8]


def tiles(
    scan: Scan,
    mask: LungMask | None = None,
    infection: InfectionMask | None = None,
    *,
    count: int = 12,
    size: int | None = 256,
    crop: bool = False,
) -> list[Tile]:
    """Draw evenly spaced slices of a scan, with the outlines of what was found.

    Parameters
    ----------
    scan : Scan
    mask : LungMask, optional
        In the scan's grid. Slices with lung are shown where there are any.
    infection : InfectionMask, optional
        In the scan's grid. The slice with the most of it is always shown.
    count : int
        Tiles at most.
    size : int, optional
        Rows and columns of a tile; those of the slice without.
    crop : bool
        Show the lungs with a border, and not the whole slice; ``size`` is that of the
        longer side.

    Returns
    -------
    list of Tile
        From the feet to the head.

    Examples
    --------
    >>> import lungseg
    >>> scan, mask = lungseg.phantom(slices=9, size=64, return_mask=True)
    >>> [(tile.number, tile.rgb.shape) for tile in tiles(scan, mask, count=2)]
    [(0, (256, 256, 3)), (8, (256, 256, 3))]
    """
    slices = scan.axial()
    labels = None if mask is None else mask.axial()
    classes = None if infection is None else infection.axial()
    frame = _frame(slices, labels, size, crop=crop)
    return [
        Tile(
            number,
            overlay(
                frame.apply(Window().apply(slices[number])),
                None if labels is None else frame.apply(labels[number], label=True),
                None if classes is None else frame.apply(classes[number], label=True),
            ),
        )
        for number in _chosen(labels, classes, len(slices), count)
    ]


def heat_tiles(
    scan: Scan,
    heatmap: Heatmap,
    mask: LungMask | None = None,
    *,
    count: int = 4,
    size: int | None = 256,
    crop: bool = False,
) -> list[Tile]:
    """Draw evenly spaced slices of a scan under a heat map.

    Parameters
    ----------
    scan : Scan
    heatmap : Heatmap
        In the scan's grid. Slices with any heat are shown where there are any.
    mask : LungMask, optional
        What is cropped to.
    count, size, crop
        As in `tiles`.

    Returns
    -------
    list of Tile
        From the feet to the head.

    Examples
    --------
    >>> import lungseg
    >>> from lungseg.scan import Heatmap
    >>> scan = lungseg.phantom(slices=5, size=64)
    >>> heat = np.zeros(scan.shape, np.float32)
    >>> heat[3] = 1
    >>> [tile.number for tile in heat_tiles(scan, Heatmap(heat, scan.affine))]
    [3]
    """
    slices, heat = scan.axial(), heatmap.axial()
    labels = None if mask is None else mask.axial()
    frame = _frame(slices, labels, size, crop=crop)
    return [
        Tile(
            number,
            heat_overlay(frame.apply(Window().apply(slices[number])), frame.apply(heat[number])),
        )
        for number in _chosen(heat > 0, None, len(slices), count)
    ]


def _frame(
    slices: NDArray[Any], labels: NDArray[Any] | None, size: int | None, *, crop: bool
) -> Letterbox:
    shape = (slices.shape[1], slices.shape[2])
    box = _lung_box(labels, shape) if crop and labels is not None else None
    whole = Letterbox(shape, shape if size is None else size, box)
    # Cropped, a tile has the proportions of the lungs.
    return Letterbox(shape, whole.inner, box) if crop else whole


def _lung_box(labels: NDArray[Any], shape: tuple[int, int]) -> Box | None:
    sides = []
    for axis, length in ((1, shape[0]), (2, shape[1])):
        others = tuple(other for other in range(3) if other != axis)
        found = np.flatnonzero(labels.any(axis=others))
        if not len(found):
            return None
        border = max(4, round(_MARGIN * (found[-1] + 1 - found[0])))
        sides.append(
            slice(max(0, int(found[0]) - border), min(length, int(found[-1]) + 1 + border))
        )
    return sides[0], sides[1]


def _chosen(
    labels: NDArray[Any] | None, classes: NDArray[Any] | None, count: int, most: int
) -> list[int]:
    """Choose slices evenly among those with any label, and the one with the most infection."""
    candidates = np.arange(count)
    if labels is not None and labels.any():
        candidates = np.flatnonzero(labels.any(axis=(1, 2)))
    places = np.linspace(0, len(candidates) - 1, min(most, len(candidates)))
    chosen = candidates[places.round().astype(int)]
    infected = [] if classes is None else [np.count_nonzero(part >= 2) for part in classes]
    if any(infected):
        worst = int(np.argmax(infected))
        chosen[np.argmin(np.abs(chosen - worst))] = worst
    return sorted({int(number) for number in chosen})
