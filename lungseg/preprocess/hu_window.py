"""A HU window as a transform of scans."""

from __future__ import annotations

from lungseg.params import check_params
from lungseg.preprocess.by_slice import by_slice
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.transformed import Transformed
from lungseg.preprocess.window import Window
from lungseg.scan import LungMask, Scan


class HUWindow(ScanTransform):
    """Show HU between two bounds as display grey, and everything beyond as black or white.

    A scan that is display grey already stays as it is. Usual windows are -1350…150 for
    the lungs and -160…240 for the mediastinum.

    Parameters
    ----------
    low, high : float
        In HU. The default holds air and soft tissue.

    Examples
    --------
    >>> import lungseg
    >>> HUWindow(-1350, 150).transform(lungseg.phantom(slices=2, size=64)).scan
    Scan(2×64×64, display, 150×5.625×5.625 mm, 'phantom')
    """

    def __init__(self, low: float = -1000.0, high: float = 400.0) -> None:
        self.low = low
        self.high = high

    def check(self) -> None:
        """Check the parameters; ValueError where one is out of its range."""
        check_params(self, low=(None, None), high=(None, None))
        Window(self.low, self.high)

    def _transform(self, scan: Scan, mask: LungMask | None) -> Transformed:
        grey = by_slice(scan, lambda part: part, window=Window(self.low, self.high))
        return Transformed(scan.as_display(grey), mask)
