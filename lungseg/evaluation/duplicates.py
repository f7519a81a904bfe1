"""Pictures that are on both sides of a split, in one guise or another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.generic]

# Rows and columns of a hash, and of the thumbnail that confirms it.
_HASH, _THUMBNAIL = 8, 64
# Pictures compared at a time: bounds the memory.
_CHUNK = 256
# A trimmed copy has at least this correlation before it is laid in place.
_WORTH_ALIGNING = 0.45
# Sizes a thumbnail is brought to before it is laid over the other one: what a trimmed
# picture lost. The margin lets it move.
_SIZES, _MARGIN = range(64, 51, -3), 8


class Pair(NamedTuple):
    """Two pictures that look alike.

    Parameters
    ----------
    a, b : int
        Index of the picture in either list.
    correlation : float
        Of their thumbnails, where they fit best; up to 1.
    """

    a: int
    b: int
    correlation: float


def near_duplicates(
    images_a: Sequence[Picture],
    images_b: Sequence[Picture],
    *,
    bits: int = 16,
    correlation: float = 0.95,
) -> list[Pair]:
    """Find pictures of one list that are copies of a picture in the other.

    Copies that were saved anew, scaled, brightened or trimmed by a few hundredths of
    their size are found; turned or mirrored ones are not. Pairs whose difference hashes
    nearly agree are compared by the correlation of their thumbnails, laid over each other.

    Parameters
    ----------
    images_a, images_b : sequences of arrays of shape (rows, columns) or (rows, columns, 3)
        Of any size and type.
    bits : int
        How many of the 64 bits of the hashes may differ; a tenth trimmed changes some 16.
    correlation : float
        Least correlation of a pair.

    Returns
    -------
    list of Pair
        Most alike first.

    References
    ----------
    Krawetz, "Kind of Like That", The Hacker Factor Blog, 2013 (the difference hash).

    Examples
    --------
    >>> images = [np.random.default_rng(i).integers(0, 255, (90, 80), np.uint8) for i in (0, 1)]
    >>> [(pair.a, pair.b) for pair in near_duplicates(images, [images[1] // 2])]
    [(1, 0)]
    """
    if not len(images_a) or not len(images_b):
        return []
    thumbnails_a, thumbnails_b = _thumbnails(images_a), _thumbnails(images_b)
    hashes_a, hashes_b = _hashes(thumbnails_a), _hashes(thumbnails_b)
    flat_a, flat_b = _standardise(thumbnails_a), _standardise(thumbnails_b)
    pairs = []
    for start in range(0, len(flat_a), _CHUNK):
        part = slice(start, start + _CHUNK)
        alike = flat_a[part] @ flat_b.T
        close = _distances(hashes_a[part], hashes_b) <= bits
        for a, b in np.argwhere(close & (alike >= _WORTH_ALIGNING)):
            best = max(float(alike[a, b]), _aligned(thumbnails_a[start + a], thumbnails_b[b]))
            if best >= correlation:
                pairs.append(Pair(start + int(a), int(b), min(best, 1.0)))
    return sorted(pairs, key=lambda pair: -pair.correlation)


def _thumbnails(images: Sequence[Picture]) -> NDArray[np.float32]:
    size = (_THUMBNAIL, _THUMBNAIL)
    return np.stack([cv2.resize(_grey(i), size, interpolation=cv2.INTER_AREA) for i in images])


def _grey(image: Picture) -> NDArray[np.float32]:
    values = np.asarray(image, np.float32)
    return values if values.ndim == 2 else values[..., :3].mean(axis=-1)


def _hashes(thumbnails: NDArray[np.float32]) -> NDArray[np.float32]:
    """Whether the picture grows brighter from each cell to its right neighbour: ±1."""
    cells = np.stack(
        [cv2.resize(t, (_HASH + 1, _HASH), interpolation=cv2.INTER_AREA) for t in thumbnails]
    )
    brighter = np.diff(cells, axis=2) > 0
    return np.where(brighter, 1, -1).reshape(len(cells), -1).astype(np.float32)


def _distances(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bits that differ: signs that agree add up, signs that differ cancel."""
    return np.asarray((_HASH * _HASH - a @ b.T) / 2, np.float32)


def _standardise(thumbnails: NDArray[np.float32]) -> NDArray[np.float32]:
    """Flatten to vectors whose product is their correlation; a blank one is all 0."""
    flat = thumbnails.reshape(len(thumbnails), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(length, 1e-6), np.float32)


def _aligned(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Best correlation of either thumbnail, shrunk and moved, with the other."""
    return max(_best_fit(a, b), _best_fit(b, a))


def _best_fit(trimmed: NDArray[np.float32], whole: NDArray[np.float32]) -> float:
    best = -1.0
    for size in _SIZES:
        small = cv2.resize(trimmed, (size, size), interpolation=cv2.INTER_AREA)
        template = small[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
        # A blank template has no correlation.
        if template.std() > 1e-3:
            fit = cv2.matchTemplate(whole, template, cv2.TM_CCOEFF_NORMED)
            best = max(best, float(fit.max()))
    return best
