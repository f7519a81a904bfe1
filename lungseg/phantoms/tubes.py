"""Tapered tubes drawn slice by slice: vessels and airways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lungseg.phantoms.grid import EXTENT, Floats, Grid

# Half the thickness of a section in mm.
_REACH = 1.5


@dataclass(frozen=True)
class Tubes:
    """Straight tapered pieces of tube.

    Parameters
    ----------
    start, end : arrays of shape (pieces, 3)
        Ends in mm: (z from the lowest slice, y and x from the centre).
    radius : array of shape (pieces, 2)
        Radius in mm at both ends.
    """

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    radius: NDArray[np.float64]


def tube(points: list[tuple[float, float, float]], radii: list[float]) -> Tubes:
    """Make tubes that run through points (height 0 to 1, y mm, x mm)."""
    nodes = np.asarray(points, float) * (EXTENT[0], 1, 1)
    ends = np.asarray(radii, float)
    return Tubes(nodes[:-1], nodes[1:], np.stack([ends[:-1], ends[1:]], axis=1))


def join(tubes: list[Tubes]) -> Tubes:
    """Put tubes together."""
    return Tubes(
        np.concatenate([one.start for one in tubes]),
        np.concatenate([one.end for one in tubes]),
        np.concatenate([one.radius for one in tubes]),
    )


def draw_tubes(grid: Grid, tubes: Tubes) -> Floats:
    """Draw tubes with soft edges.

    Returns
    -------
    float32 array of shape (slices, rows, columns)
        1 inside a tube, 0 outside, between them on its edge.
    """
    points, radii = _sample(grid, tubes)
    voxels = _to_voxels(grid, points)
    canvas = np.zeros(grid.shape, np.float32)
    kept = (voxels[:, 0] >= 0) & (voxels[:, 0] < grid.shape[0])
    voxels, radii = voxels[kept], radii[kept] / grid.pixel
    reach = np.ceil(radii + 0.5).astype(int)
    for size in np.unique(reach):
        chosen = reach == size
        _stamp(canvas, voxels[chosen], radii[chosen], int(size))
    return canvas


def _sample(grid: Grid, tubes: Tubes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Place points along the tubes, as close as the pixels are."""
    length = np.linalg.norm(tubes.end - tubes.start, axis=1)
    count = np.maximum(2, np.ceil(length / min(grid.pixel, 2.0)).astype(int))
    piece = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    share = (step / (count[piece] - 1))[:, None]
    points = tubes.start[piece] * (1 - share) + tubes.end[piece] * share
    radii = tubes.radius[piece, 0] * (1 - share[:, 0]) + tubes.radius[piece, 1] * share[:, 0]
    return points, radii


def _to_voxels(grid: Grid, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn millimetres to voxel indices, with the same bend as the rest of the body."""
    index = points + np.array((0, EXTENT[1] / 2, EXTENT[2] / 2))
    index = index / EXTENT * grid.shape - 0.5
    index[:, 0] = _nearest_slice(index[:, 0], EXTENT[0] / grid.shape[0])
    place = tuple(
        np.clip(np.rint(index[:, axis]).astype(int), 0, size - 1)
        for axis, size in enumerate(grid.shape)
    )
    index[:, 1] -= grid.bend[0][place] / grid.pixel
    index[:, 2] -= grid.bend[1][place] / grid.pixel
    return np.asarray(index, np.float64)


def _nearest_slice(index: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Round to whole slices; -1 where none is within a thin section's reach.

    Else a thick step would flatten all that lies in it into one picture.
    """
    whole = np.rint(index)
    return np.where(np.abs(index - whole) * step <= _REACH, whole, -1)


def _stamp(
    canvas: Floats, voxels: NDArray[np.float64], radii: NDArray[np.float64], reach: int
) -> None:
    """Press a soft disc into the slice of every point."""
    slices = voxels[:, 0].astype(int)
    nearest = np.rint(voxels[:, 1:]).astype(int)
    for row in range(-reach, reach + 1):
        for column in range(-reach, reach + 1):
            place = nearest + np.array((row, column))
            inside = ((place >= 0) & (place < canvas.shape[1:])).all(axis=1)
            distance = np.linalg.norm(place - voxels[:, 1:], axis=1)
            value = np.clip(radii + 0.5 - distance, 0, np.minimum(1, 2 * radii))
            at = (slices[inside], place[inside, 0], place[inside, 1])
            np.maximum.at(canvas, at, value[inside].astype(np.float32))
