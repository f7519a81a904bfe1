"""Per-image standardisation."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Literal

from lungseg.params import check_params
from lungseg.preprocess.by_slice import by_slice
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.standardised import standardised
from lungseg.preprocess.transformed import Transformed
from lungseg.scan import LungMask, Scan


class Standardise(ScanTransform):
    """Bring each slice to mean 0 and standard deviation 1, shown as display grey.

    Networks of the library take grey 0…255: 127.5 is the mean of the slice, and 0 and 255
    lie ``limit`` standard deviations below and above it. HU are shown in the default
    window first. Applied to what the ROI left, after everything that works on
    intensities. A slice without contrast is black.

    Parameters
    ----------
    limit : float
        Standard deviations beyond which values are cut off.

    Examples
    --------
    >>> import numpy as np
    >>> slices = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    >>> shown = Standardise().transform(Scan(slices // 2 + 90, units="display")).scan
    >>> round(float(shown.voxels.mean())), round(float(shown.voxels.std()) * 3 / 127.5, 2)
    (128, 1.0)
    """

    place: ClassVar[Literal["scan", "roi"]] = "roi"

    def __init__(self, limit: float = 3.0) -> None:
        self.limit = limit

    def check(self) -> None:
        """Check the parameters; ValueError where one is out of its range."""
        check_params(self, limit=(0.1, None))

    def _transform(self, scan: Scan, mask: LungMask | None) -> Transformed:
        return Transformed(
            scan.as_display(by_slice(scan, partial(standardised, limit=self.limit))), mask
        )
