"""Contrast-limited adaptive histogram equalisation."""

from __future__ import annotations

from functools import partial

from lungseg.params import check_params
from lungseg.preprocess.by_slice import by_slice
from lungseg.preprocess.equalise import equalise
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.transformed import Transformed
from lungseg.scan import LungMask, Scan


class Clahe(ScanTransform):
    """Equalise the histogram of each slice tile by tile, with limited contrast (CLAHE).

    HU are shown in the default window first; `HUWindow` before it makes another. The
    result is display grey.

    Parameters
    ----------
    clip : float
        Limit of the contrast, as OpenCV counts it; S3 has 3.
    tiles : int
        Tiles along each side of the slice.

    References
    ----------
    Zuiderveld, "Contrast Limited Adaptive Histogram Equalization", Graphics Gems IV, 1994.

    Examples
    --------
    >>> faint = np.tile(np.arange(100, 132, dtype=np.uint8), (1, 32, 1))
    >>> shown = Clahe(clip=40.0, tiles=1).transform(Scan(faint, units="display")).scan
    >>> int(np.ptp(shown.voxels)) > 200
    True
    """

    def __init__(self, clip: float = 3.0, *, tiles: int = 8) -> None:
        self.clip = clip
        self.tiles = tiles

    def check(self) -> None:
        """Check the parameters; ValueError where one is out of its range."""
        check_params(self, clip=(0, None), tiles=(1, None))

    def _transform(self, scan: Scan, mask: LungMask | None) -> Transformed:
        change = partial(equalise, clip=self.clip, tiles=self.tiles)
        return Transformed(scan.as_display(by_slice(scan, change)), mask)
