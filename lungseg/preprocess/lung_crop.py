"""Each lung by itself, side by side."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lungseg.params import check_params
from lungseg.preprocess.body_box import Box
from lungseg.preprocess.crop import bounding_box
from lungseg.preprocess.doubt import mask_in_doubt
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.pieces import Piece, Pieces
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.transformed import Transformed
from lungseg.scan import LungMask, Scan


class LungCrop(ScanTransform):
    """Crop each lung to its box by the predicted mask, and join the two side by side.

    S3 cropped by the true mask, which no new scan has. Slices before the first and after
    the last with lung are left out. Where the mask cannot tell the sides, or knows one
    lung only, there is one picture in place of two.

    Parameters
    ----------
    size : int or None
        Side of the square that is made of each slice: every lung is enlarged or shrunk
        into its half, its proportions kept. None keeps the pixels as they are: one box a
        lung for the whole scan, and nothing is resized.
    margin : float
        Added to each box on each side, as a share of its length.
    min_confidence : float
        A mask that is empty or less sure than this is not applied: the scan passes as it
        is, with a warning.

    Examples
    --------
    >>> import lungseg
    >>> scan, mask = lungseg.phantom(slices=8, size=96, return_mask=True)
    >>> joined = LungCrop(64).transform(scan, mask)
    >>> joined.scan.shape[1:], bool(joined.mask.axial()[2][:, :32].max() == 1)
    ((64, 64), True)
    """

    needs_mask: ClassVar[bool] = True

    def __init__(
        self, size: int | None = 224, *, margin: float = 0.0, min_confidence: float = 0.5
    ) -> None:
        self.size = size
        self.margin = margin
        self.min_confidence = min_confidence

    def check(self) -> None:
        """Check the parameters; ValueError where one is out of its range."""
        check_params(self, margin=(0, None), min_confidence=(0, 1))
        if self.size is not None:
            check_params(self, size=(2, None))

    def _transform(self, scan: Scan, mask: LungMask | None) -> Transformed:
        whole = Transformed(scan, mask)
        assert mask is not None  # noqa: S101 - needs_mask
        if not mask.lungs.any() or mask.confidence < self.min_confidence:
            return whole.shown_as(scan.with_finding(mask_in_doubt(mask)))
        labels = mask.axial()
        lungs = [labels == side for side in (1, 2) if (labels == side).any()]
        first, last = _reach(labels > 0, scan.parts)
        numbers = tuple(range(first, last))
        if self.size is None:
            frame, pieces = _as_they_are([self._box(lung) for lung in lungs], numbers)
        else:
            frame = (self.size, self.size)
            pieces = self._side_by_side(lungs, numbers)
        way = Pieces(scan.shape, scan.order, frame, numbers, tuple(pieces))
        return whole.pieced(way, parts=scan.parts)

    def _side_by_side(
        self, lungs: list[NDArray[np.bool_]], numbers: tuple[int, ...]
    ) -> list[Piece]:
        """Fit the box of each lung in each slice into its share of the square."""
        assert self.size is not None  # noqa: S101 - asked before
        width = self.size // len(lungs)
        pieces = []
        for made, number in enumerate(numbers):
            for side, lung in enumerate(lungs):
                if lung[number].any():
                    box = self._box(lung[number])
                    place = _fitted(box, lung[number].shape, (self.size, width))
                    pieces.append(Piece(made, box, _moved(place, side * width)))
        return pieces

    def _box(self, lung: NDArray[np.bool_]) -> Box:
        """Rows and columns of a lung, in one slice or over all."""
        rows, columns = bounding_box(lung, margin=self.margin)[-2:]
        return rows, columns


def _reach(lungs: NDArray[np.bool_], parts: int) -> tuple[int, int]:
    """First slice with lung, and the one after the last; parts of one slice stay together."""
    where = np.flatnonzero(lungs.any(axis=(1, 2))) // parts
    return int(where[0]) * parts, (int(where[-1]) + 1) * parts


def _as_they_are(boxes: list[Box], numbers: tuple[int, ...]) -> tuple[tuple[int, int], list[Piece]]:
    """Put boxes side by side in every slice, each in the middle of its height."""
    height = max(rows.stop - rows.start for rows, _ in boxes)
    places, left = [], 0
    for rows, columns in boxes:
        top = (height - (rows.stop - rows.start)) // 2
        right = left + columns.stop - columns.start
        places.append((slice(top, top + rows.stop - rows.start), slice(left, right)))
        left = right
    pieces = [
        Piece(made, box, place)
        for made in range(len(numbers))
        for box, place in zip(boxes, places, strict=True)
    ]
    return (height, left), pieces


def _fitted(box: Box, shape: tuple[int, ...], frame: tuple[int, int]) -> Box:
    """Where a box lies when it is fitted into a frame, centred."""
    view = Letterbox((shape[0], shape[1]), frame, box)
    (top, left), (rows, columns) = view.corner, view.inner
    return slice(top, top + rows), slice(left, left + columns)


def _moved(place: Box, columns: int) -> Box:
    rows, side = place
    return rows, slice(side.start + columns, side.stop + columns)
