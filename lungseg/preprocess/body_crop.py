"""Crop to the box around the patient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lungseg.params import check_params
from lungseg.preprocess.crop import bounding_box
from lungseg.preprocess.remove_background import NO_PATIENT, patient_in
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.transformed import Transformed
from lungseg.scan import LungMask, Scan


class BodyCrop(ScanTransform):
    """Crop every slice to the box around the patient's contour; one box for the scan.

    The stage "crop" of S0. No slice is left out.

    Parameters
    ----------
    margin : float
        Added on each side, as a share of the box.
    threshold, hull
        As in `RemoveBackground`.

    Examples
    --------
    >>> import lungseg
    >>> scan = lungseg.phantom(slices=3, size=128)
    >>> cropped = BodyCrop().transform(scan)
    >>> cropped.scan.shape[1] < 128, cropped.restore(cropped.scan.voxels).shape
    (True, (3, 128, 128))
    """

    def __init__(self, margin: float = 0.0, *, threshold: int = 150, hull: bool = False) -> None:
        self.margin = margin
        self.threshold = threshold
        self.hull = hull

    def check(self) -> None:
        """Check the parameters; ValueError where one is out of its range."""
        check_params(self, margin=(0, None), threshold=(1, 255))

    def _transform(self, scan: Scan, mask: LungMask | None) -> Transformed:
        patient = patient_in(scan, self.threshold, self.hull)
        if not patient.any():
            return Transformed(scan.with_finding(NO_PATIENT), mask)
        return Transformed(scan, mask).cut(box_in_slices(scan, patient, self.margin))


def box_in_slices(scan: Scan, marked: NDArray[np.bool_], margin: float) -> tuple[slice, ...]:
    """Find the box around what is marked, in the scan's own axes; all slices stay."""
    box = list(bounding_box(marked, margin=margin))
    axis = scan.order.axes[0]
    box[axis] = slice(0, scan.shape[axis])
    return tuple(box)
