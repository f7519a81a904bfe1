"""The branching vessels of the lungs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lungseg.phantoms.grid import EXTENT
from lungseg.phantoms.tubes import Tubes, join

Vectors = NDArray[np.float64]

# Where the vessels enter: height in mm, y and x of the right hilum and the left.
_HILA = ((0.49 * EXTENT[0], 10.0, -46.0), (0.50 * EXTENT[0], 12.0, 50.0))
_STEMS, _GENERATIONS = 36, 7


def lung_vessels(rng: np.random.Generator) -> Tubes:
    """Grow a tree from either hilum: each branch parts in two thinner, shorter ones."""
    return join([_tree(np.asarray(hilum), rng) for hilum in _HILA])


def _tree(hilum: Vectors, rng: np.random.Generator) -> Tubes:
    side = np.sign(hilum[2])
    direction = _unit(rng.normal((0, 0, 0.5 * side), (1.1, 0.75, 0.45), (_STEMS, 3)))
    start = np.repeat(hilum[None], _STEMS, axis=0)
    radius = rng.uniform(2.0, 3.8, _STEMS)
    length = rng.uniform(16, 48, _STEMS)
    starts, ends, radii = [], [], []
    for _ in range(_GENERATIONS):
        end = start + direction * length[:, None]
        starts.append(start)
        ends.append(end)
        radii.append(np.stack([radius, 0.85 * radius], axis=1))
        start, direction = _part(end, direction, hilum, rng)
        radius = np.repeat(radius, 2) * rng.uniform(0.66, 0.84, len(start))
        length = np.repeat(length, 2) * rng.uniform(0.68, 1.08, len(start))
    return Tubes(np.concatenate(starts), np.concatenate(ends), np.concatenate(radii))


def _part(
    end: Vectors, direction: Vectors, hilum: Vectors, rng: np.random.Generator
) -> tuple[Vectors, Vectors]:
    """Send two branches apart, both on their way out."""
    away = _unit(end - hilum)
    sideways = np.cross(_unit(rng.normal(size=end.shape)), direction) * 0.6
    course = direction + 0.25 * away
    both = np.stack([course + sideways, course - sideways], axis=1).reshape(-1, 3)
    return np.repeat(end, 2, axis=0), _unit(both)


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))
