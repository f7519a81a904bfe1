"""Real lesions, cut out of diseased pictures and blended into healthy lungs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lungseg.training.lung_labels import lungs_around_lesions

#: HU that the two reference tissues of a picture are taken for.
_LUNG_HU, _TISSUE_HU = -860.0, 40.0


@dataclass(frozen=True)
class _Lesion:
    """One lesion: its density, and how much of each pixel is lesion."""

    hu: NDArray[np.float32]
    share: NDArray[np.float32]
    width: float  # of the lesion, as a share of its picture's longer side


class LesionBank:
    """Lesions of diseased pictures, to be blended into healthy slices.

    A picture in any window is brought to HU by its two reference tissues, the dark lung
    and the soft tissue around it, so that a lesion keeps its density.

    Parameters
    ----------
    pictures : iterable of (grey, lesions, lungs)
        uint8 and two bool arrays of shape (rows, columns).
    smallest : float
        Share of the picture that a lesion must cover to be taken.

    Raises
    ------
    ValueError
        If no picture holds a lesion that is large enough.

    Examples
    --------
    >>> grey = np.full((100, 100), 200, np.uint8)
    >>> grey[10:90, 10:45] = 20
    >>> lungs = grey < 100
    >>> grey[40:60, 15:35] = 150
    >>> lesions = grey == 150
    >>> bank = LesionBank([(grey, lesions, lungs)])
    >>> healthy = np.where(lungs, -850, 40).astype(np.int16)
    >>> ill = bank.paint(healthy, lungs, np.random.default_rng(0))
    >>> bool((ill[lungs] > -400).any()), bool((ill[~lungs] == 40).all())
    (True, True)
    """

    def __init__(
        self,
        pictures: Iterable[tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.bool_]]],
        *,
        smallest: float = 0.004,
    ) -> None:
        self._lesions = [
            lesion
            for grey, lesions, lungs in pictures
            for lesion in _cut_out(grey, lesions & lungs, lungs, smallest)
        ]
        if not self._lesions:
            raise ValueError("no picture holds a lesion that is large enough to be taken")

    @classmethod
    def of_drawn(
        cls, pictures: Iterable[tuple[NDArray[np.uint8], NDArray[np.bool_], bool]]
    ) -> LesionBank:
        """Take the lesions of pictures whose lungs nobody drew.

        Parameters
        ----------
        pictures : iterable of (grey, lesions, trusted)
            As `lungs_around_lesions` takes them; those whose lungs cannot be made out are
            left out.

        Returns
        -------
        LesionBank
        """
        built = (
            (grey, lesions, lungs_around_lesions(grey, lesions, trusted=trusted))
            for grey, lesions, trusted in pictures
        )
        return cls((grey, lesions, lungs) for grey, lesions, lungs in built if lungs is not None)

    def __len__(self) -> int:
        return len(self._lesions)

    def paint(
        self, slice_hu: NDArray[np.int16], lungs: NDArray[np.bool_], rng: np.random.Generator
    ) -> NDArray[np.int16]:
        """Blend one to five lesions into the lungs of a slice.

        Parameters
        ----------
        slice_hu : int16 array of shape (rows, columns)
        lungs : bool array of shape (rows, columns)
        rng : numpy.random.Generator

        Returns
        -------
        int16 array of shape (rows, columns)
            Unchanged outside the lungs.
        """
        rows, columns = np.nonzero(lungs)
        if not len(rows):
            return slice_hu
        extent = int(max(np.ptp(rows), np.ptp(columns))) + 1
        painted = slice_hu.astype(np.float32)
        inside = cv2.GaussianBlur(lungs.astype(np.float32), (0, 0), 0.7) * lungs
        for _ in range(int(rng.integers(1, 6))):
            lesion = self._lesions[int(rng.integers(len(self._lesions)))]
            where = int(rng.integers(len(rows)))
            hu, share = _transformed(lesion, extent, rng)
            _blend(painted, inside, hu, share, (int(rows[where]), int(columns[where])))
        return np.rint(painted).astype(np.int16)


def _cut_out(
    grey: NDArray[np.uint8],
    lesions: NDArray[np.bool_],
    lungs: NDArray[np.bool_],
    smallest: float,
) -> list[_Lesion]:
    healthy, around = grey[lungs & ~lesions], grey[~lungs & (grey > 0)]
    if not lesions.any() or healthy.size < 50 or around.size < 50:
        return []
    dark, bright = float(np.percentile(healthy, 25)), float(np.median(around))
    if bright - dark < 30:
        return []
    hu = (grey.astype(np.float32) - dark) / (bright - dark) * (_TISSUE_HU - _LUNG_HU) + _LUNG_HU
    labels, _ = ndimage.label(lesions)
    found = []
    for number, box in enumerate(ndimage.find_objects(labels), 1):
        part = (labels[box] == number).astype(np.float32)
        if part.sum() < smallest * grey.size:
            continue
        pad = 3
        share = cv2.GaussianBlur(np.pad(part, pad), (0, 0), 1.2)
        values = np.pad(hu[box], pad, mode="edge")
        found.append(_Lesion(values, share, max(part.shape) / max(grey.shape)))
    return found


def _transformed(
    lesion: _Lesion, extent: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Turn, mirror and scale a lesion for lungs of ``extent`` pixels."""
    scale = lesion.width * extent * rng.uniform(0.6, 1.6) / max(lesion.share.shape)
    centre = (lesion.share.shape[1] / 2, lesion.share.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(centre, float(rng.uniform(0, 360)), scale)
    side = max(4, int(np.ceil(max(lesion.share.shape) * scale * 1.42)))
    matrix[:, 2] += side / 2 - np.array(centre)
    hu, share = (cv2.warpAffine(part, matrix, (side, side)) for part in (lesion.hu, lesion.share))
    if rng.random() < 0.5:
        hu, share = hu[:, ::-1], share[:, ::-1]
    return hu, share


def _blend(
    painted: NDArray[np.float32],
    inside: NDArray[np.float32],
    hu: NDArray[np.float32],
    share: NDArray[np.float32],
    centre: tuple[int, int],
) -> None:
    """Blend a lesion in place; nothing gets darker than it was."""
    side = len(hu)
    top, left = centre[0] - side // 2, centre[1] - side // 2
    rows = slice(max(0, top), min(painted.shape[0], top + side))
    columns = slice(max(0, left), min(painted.shape[1], left + side))
    own = (
        slice(rows.start - top, rows.stop - top),
        slice(columns.start - left, columns.stop - left),
    )
    under = painted[rows, columns]
    amount = share[own] * inside[rows, columns]
    under += amount * np.maximum(hu[own] - under, 0)
