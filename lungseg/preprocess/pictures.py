"""From a scan to the pictures a classifier takes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window
from lungseg.scan import LungMask, Scan


def scan_to_pictures(
    scan: Scan, size: int, *, window: Window | None = None, most: int = 16
) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Window the slices of a scan and fit them into squares.

    Of a volume, evenly spaced slices are taken from those that show enough: slices with
    little but air, as those beyond the lungs after `RoiMultiply`, say nothing. Of a scan
    that shows slices in parts, all parts of a slice are taken or none.

    Parameters
    ----------
    scan : Scan
    size : int
        Side of the squares.
    window : Window, optional
        For HU; display grey is taken as it is.
    most : int
        Largest number of slices that are taken, each with all its parts.

    Returns
    -------
    pictures : uint8 array of shape (n, size, size)
    numbers : int array of shape (n,)
        Which of the axial slices they are.

    Examples
    --------
    >>> import lungseg
    >>> pictures, numbers = scan_to_pictures(lungseg.phantom(slices=12, size=128), 64, most=4)
    >>> pictures.shape, len(numbers)
    ((4, 64, 64), 4)
    """
    slices = scan.axial()
    numbers = informative_slices(slices, scan.air, most, scan.parts)
    box = Letterbox((slices.shape[1], slices.shape[2]), size)
    grey = (window or Window()).apply
    return np.stack([box.apply(grey(slices[number])) for number in numbers]), numbers


def informative_slices(
    slices: NDArray[np.generic], air: int, most: int, parts: int = 1
) -> NDArray[np.intp]:
    """Choose evenly spaced slices from those that show enough, as `scan_to_pictures` does.

    Parameters
    ----------
    slices : array of shape (slices, rows, columns)
        Axial ones.
    air : int
        What air looks like in them.
    most : int
        Largest number of slices that are taken, each with all its parts.
    parts : int
        As in `Scan`.

    Returns
    -------
    int array of shape (n,)

    Examples
    --------
    >>> slices = np.full((4, 8, 8), 90)
    >>> slices[0] = 0
    >>> informative_slices(slices, 0, 2).tolist()
    [1, 3]
    """
    if len(slices) == parts:
        return np.arange(parts)
    # Every fourth pixel will do to tell a slice with something in it.
    shown = np.array([np.mean(part[::4, ::4] > air) for part in slices])
    shown = shown.reshape(-1, parts).max(axis=1)
    chosen = np.flatnonzero(shown >= 0.25 * shown.max())
    if len(chosen) > most:
        chosen = chosen[np.linspace(0, len(chosen) - 1, most).round().astype(int)]
    return np.asarray((chosen[:, None] * parts + np.arange(parts)).ravel())


def mask_to_pictures(
    mask: LungMask | None, numbers: NDArray[np.intp], size: int
) -> NDArray[np.uint8]:
    """Fit the lungs into the squares that `scan_to_pictures` fitted the slices into.

    Parameters
    ----------
    mask : LungMask, optional
        In the grid of the scan; without it everything counts as lung.
    numbers : int array of shape (n,)
        Which of the axial slices were taken.
    size : int
        Side of the squares.

    Returns
    -------
    uint8 array of shape (n, size, size)
        255 where there is lung, 0 where there is none.

    Examples
    --------
    >>> mask_to_pictures(None, np.array([0, 3]), 32).shape
    (2, 32, 32)
    """
    if mask is None:
        return np.full((len(numbers), size, size), 255, np.uint8)
    slices = mask.axial()
    box = Letterbox((slices.shape[1], slices.shape[2]), size)
    shown = [box.apply(np.where(slices[number] > 0, 255, 0).astype(np.uint8)) for number in numbers]
    return np.where(np.stack(shown) > 127, 255, 0).astype(np.uint8)


def spread_slices(
    heat: NDArray[np.float32],
    numbers: NDArray[np.intp],
    shape: tuple[int, int, int],
    *,
    parts: int = 1,
) -> NDArray[np.float32]:
    """Bring what was found in the pictures of a scan back to its slices.

    Parameters
    ----------
    heat : float32 array of shape (n, size, size)
    numbers : int array of shape (n,)
        The slices they are of, in rising order, as `scan_to_pictures` returns them.
    shape : tuple of int
        Of the scan's axial slices.
    parts : int
        As in `Scan`: between two slices each part goes over into its like.

    Returns
    -------
    float32 array of this shape
        Linear between two slices that were taken; 0 below the first and above the last.

    Examples
    --------
    >>> heat = np.stack([np.zeros((8, 8)), np.ones((8, 8))]).astype(np.float32)
    >>> spread_slices(heat, np.array([0, 2]), (4, 8, 8)).mean(axis=(1, 2)).tolist()
    [0.0, 0.5, 1.0, 0.0]
    """
    spread = np.zeros(shape, np.float32)
    if parts > 1:
        for part in range(parts):
            mine = numbers % parts == part
            spread[part::parts] = spread_slices(
                heat[mine], numbers[mine] // parts, (shape[0] // parts, *shape[1:])
            )
        return spread
    box = Letterbox((shape[1], shape[2]), heat.shape[1])
    for part, number in zip(heat, numbers, strict=True):
        spread[number] = box.undo(part)
    for low, high in pairwise(numbers):
        for between in range(low + 1, high):
            share = (between - low) / (high - low)
            spread[between] = (1 - share) * spread[low] + share * spread[high]
    return spread
