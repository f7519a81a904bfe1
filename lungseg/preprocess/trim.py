"""Leave the outermost slices of a volume out."""

from __future__ import annotations

from lungseg.params import check_params
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.transformed import Transformed
from lungseg.scan import LungMask, Scan


class Trim(ScanTransform):
    """Keep the middle slices of a volume; a single slice stays.

    Parameters
    ----------
    share : float
        Of the axial slices, left out at either end: .25 in S3, .2 in S4. One slice at least
        is kept.

    Examples
    --------
    >>> import lungseg
    >>> trimmed = Trim(0.25).transform(lungseg.phantom(slices=8, size=64))
    >>> trimmed.scan.shape, trimmed.slice_of(0)
    ((4, 64, 64), 2)
    """

    def __init__(self, share: float = 0.25) -> None:
        self.share = share

    def check(self) -> None:
        """Check the parameters; ValueError where one is out of its range."""
        check_params(self, share=(0, 0.49))

    def _transform(self, scan: Scan, mask: LungMask | None) -> Transformed:
        axis = scan.order.axes[0]
        length = scan.shape[axis]
        # Parts of one slice stay together.
        out = int(self.share * (length // scan.parts)) * scan.parts
        box = [slice(0, side) for side in scan.shape]
        box[axis] = slice(out, length - out)
        return Transformed(scan, mask).cut(tuple(box))
