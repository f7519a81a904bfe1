"""The patient's coordinates at every voxel of a phantom."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

#: Size of the phantom's space in mm: feet to head, front to back, right to left.
EXTENT = (300.0, 360.0, 360.0)


@dataclass(frozen=True)
class Grid:
    """Where each voxel lies in the phantom's own millimetres.

    Parameters
    ----------
    z : array of shape (slices, 1, 1)
        Height: 0 at the lowest edge of the scan, 1 at the highest.
    y, x : arrays of shape (slices, rows, columns)
        Millimetres from the centre to the back, and to the patient's left; gently bent,
        so that no outline is a perfect ellipse.
    pixel : float
        Side of a pixel in the same millimetres.
    bend : tuple of arrays
        What was added to y and x.
    """

    z: Floats
    y: Floats
    x: Floats
    pixel: float
    bend: tuple[Floats, Floats]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Size along each axis."""
        return self.x.shape

    def along(self, heights: list[float], values: list[float]) -> Floats:
        """Interpolate a measure of the body over the height of each slice."""
        return np.interp(self.z, heights, values).astype(np.float32)

    def ellipse(
        self,
        center: tuple[float | Floats, float | Floats],
        radii: tuple[float | Floats, float | Floats],
        angle: float = 0.0,
        power: float = 2.0,
    ) -> Floats:
        """Norm that is 1 on an ellipse; centre and radii in (x, y) mm, angle in degrees."""
        cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        u, v = self.x - center[0], self.y - center[1]
        if angle:
            u, v = cosine * u + sine * v, cosine * v - sine * u
        # In place: at this size most of the time goes to fresh memory.
        u /= radii[0]
        v /= radii[1]
        if power == 2:
            u *= u
            v *= v
            u += v
            return np.asarray(np.sqrt(u, out=u), np.float32)
        np.power(np.abs(u, out=u), power, out=u)
        np.power(np.abs(v, out=v), power, out=v)
        u += v
        return np.asarray(np.power(u, 1 / power, out=u), np.float32)


def make_grid(shape: tuple[int, int, int], rng: np.random.Generator) -> Grid:
    """Lay the phantom's space over an array, bent a little at random."""
    z, y, x = (
        ((np.arange(count) + 0.5) / count).reshape(place).astype(np.float32)
        for count, place in zip(shape, ((-1, 1, 1), (1, -1, 1), (1, 1, -1)), strict=True)
    )
    y, x = (y - np.float32(0.5)) * EXTENT[1], (x - np.float32(0.5)) * EXTENT[2]
    bend_y, bend_x = _bend(z, y, x, rng), _bend(z, y, x, rng)
    return Grid(z, y + bend_y, x + bend_x, EXTENT[2] / shape[2], (bend_y, bend_x))


def _bend(z: Floats, y: Floats, x: Floats, rng: np.random.Generator) -> Floats:
    """Sum a few long waves, some 4 mm high."""
    total = np.zeros(np.broadcast_shapes(z.shape, y.shape, x.shape), np.float32)
    for wavelength, height in ((300, 2.5), (170, 1.3), (100, 0.8)):
        ky, kx = (float(k) * 2 * math.pi / wavelength for k in rng.normal(0, 1, 2))
        kz, phase = rng.uniform(1, 5), rng.uniform(0, 2 * math.pi)
        total += height * np.sin(kx * x + (ky * y + kz * z + phase))
    return total
