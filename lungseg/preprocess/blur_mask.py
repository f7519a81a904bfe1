"""S1's filter: keep what is dark on a coarse scale."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.by_slice import by_slice
from lungseg.preprocess.pieces import Piece, Pieces
from lungseg.preprocess.remove_background import keep_only
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.transformed import Transformed
from lungseg.scan import LungMask, Scan

_PUBLISHED = ((60.0, 200.0), (40.0, 170.0))


class BlurMask(ScanTransform):
    """Blur each slice, and keep the pixels whose blurred grey is no brighter than a limit.

    Box blur, then a median of 3×3, then the limit; everything else becomes air. With
    several filters each slice is shown once for each of them, and the classifier takes
    these together: every one is a sample in training, and their probabilities are
    averaged in inference. S1 chose the filter by the label in training; here all filters
    are applied to every scan, and no label is known.

    Parameters
    ----------
    filters : sequence of (kernel, limit)
        Side of the box, in pixels of a picture whose longer side is 512, and the brightest
        grey, 0…255, that is kept. HU are judged in the default window.

    Examples
    --------
    >>> import lungseg
    >>> scan = lungseg.phantom(slices=2, size=64)
    >>> filtered = BlurMask().transform(scan)
    >>> filtered.scan.shape, filtered.scan.parts, filtered.slice_of(3)
    ((4, 64, 64), 2, 1)
    """

    def __init__(self, filters: Sequence[Sequence[float]] = _PUBLISHED) -> None:
        self.filters = filters

    def check(self) -> None:
        """Check the parameters; ValueError where one is out of its range."""
        pairs = [tuple(pair) for pair in self.filters]
        if not pairs or any(
            len(pair) != 2 or pair[0] <= 0 or not 0 <= pair[1] <= 255 for pair in pairs
        ):
            raise ValueError(
                "filters of BlurMask must be pairs of a kernel above 0 and a limit from 0 to "
                f"255, got {self.filters!r}"
            )

    def _transform(self, scan: Scan, mask: LungMask | None) -> Transformed:
        times = len(self.filters)
        shown = Transformed(scan, mask)
        if times > 1:
            shown = shown.pieced(_copies(scan, times), parts=times * scan.parts)
        filters = cycle(self.filters)
        kept = by_slice(shown.scan, lambda grey: _dark(grey, *next(filters)), np.bool_)
        return shown.shown_as(keep_only(shown.scan, kept))


def _dark(grey: NDArray[np.uint8], kernel: float, limit: float) -> NDArray[np.bool_]:
    """Mark what is no brighter than the limit on the scale of the kernel."""
    side = max(1, round(kernel * max(grey.shape) / 512))
    blurred = cv2.medianBlur(cv2.blur(grey, (side, side)), 3)
    return np.asarray(blurred <= limit)


def _copies(scan: Scan, times: int) -> Pieces:
    """Show each axial slice several times over."""
    slices, rows, columns = scan.axial().shape
    whole = slice(0, rows), slice(0, columns)
    numbers = tuple(number for number in range(slices) for _ in range(times))
    pieces = tuple(Piece(number, whole, whole) for number in range(len(numbers)))
    return Pieces(scan.shape, scan.order, (rows, columns), numbers, pieces)
