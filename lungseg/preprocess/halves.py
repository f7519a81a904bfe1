"""Each slice in two halves."""

from __future__ import annotations

from typing import ClassVar, Literal

from lungseg.preprocess.pieces import Piece, Pieces
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.transformed import Transformed
from lungseg.scan import LungMask, Scan


class Halves(ScanTransform):
    """Cut each slice in two at its middle column, and show one half after the other.

    In training each half is a sample of its patient, and stays on the patient's side of
    every split. In inference the halves of a slice are taken together, and their
    probabilities are pooled as those of slices are: by their mean, unless ``pool`` of
    `CTClassifier` says otherwise. The rule does not ask which half is which. Probabilities
    are averaged and not logits: a logit has no bound, so that one half that is sure enough
    could outvote any other, while with probabilities either half decides one half.

    A middle column that is shared, where their number is odd, is in both halves.

    Examples
    --------
    >>> import lungseg
    >>> halves = Halves().transform(lungseg.phantom(slices=3, size=64))
    >>> halves.scan.shape, halves.scan.parts, halves.slice_of(5)
    ((6, 64, 32), 2, 2)
    """

    place: ClassVar[Literal["scan", "roi"]] = "roi"

    def _transform(self, scan: Scan, mask: LungMask | None) -> Transformed:
        slices, rows, columns = scan.axial().shape
        width = -(-columns // 2)
        sides = slice(0, width), slice(columns - width, columns)
        place = slice(0, rows), slice(0, width)
        pieces = tuple(
            Piece(2 * number + half, (slice(0, rows), side), place)
            for number in range(slices)
            for half, side in enumerate(sides)
        )
        numbers = tuple(number for number in range(slices) for _ in sides)
        way = Pieces(scan.shape, scan.order, (rows, width), numbers, pieces)
        return Transformed(scan, mask).pieced(way, parts=2 * scan.parts)
