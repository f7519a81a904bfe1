"""Make everything around the patient air."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor import Finding
from lungseg.params import check_params
from lungseg.preprocess.by_slice import by_slice
from lungseg.preprocess.patient_contour import patient_contour
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.transformed import Transformed
from lungseg.scan import LungMask, Scan

#: Said where no slice shows the contour of a patient.
NO_PATIENT = Finding(
    "warning",
    "no-contour",
    "no contour of a patient was found, so the whole slice was used",
    "check the window, or lower the threshold",
)


class RemoveBackground(ScanTransform):
    """Find the contour of the patient in each slice, and make everything outside it air.

    The stage "nobackg" of S0. A slice without a contour stays as it is. The scan keeps
    its units and its grid.

    Parameters
    ----------
    threshold : int
        Display grey from which a pixel is tissue; of HU, grey in the default window.
    hull : bool
        Take the convex hull of the contour.

    Examples
    --------
    >>> import lungseg
    >>> scan = lungseg.phantom(slices=1, size=128)
    >>> bare = RemoveBackground().transform(scan).scan
    >>> bool((bare.voxels == -1000).mean() > (scan.voxels == -1000).mean())
    True
    """

    def __init__(self, threshold: int = 150, *, hull: bool = False) -> None:
        self.threshold = threshold
        self.hull = hull

    def check(self) -> None:
        """Check the parameters; ValueError where one is out of its range."""
        check_params(self, threshold=(1, 255))

    def _transform(self, scan: Scan, mask: LungMask | None) -> Transformed:
        patient = patient_in(scan, self.threshold, self.hull)
        if not patient.any():
            return Transformed(scan.with_finding(NO_PATIENT), mask)
        slices = scan.order.apply(patient)
        slices[~slices.any(axis=(1, 2))] = True
        return Transformed(keep_only(scan, patient), mask)


def patient_in(scan: Scan, threshold: int, hull: bool) -> NDArray[np.bool_]:
    """Find the patient in each axial slice; an array of the scan's own axes."""

    def find(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
        return patient_contour(grey, threshold=threshold, hull=hull)

    return by_slice(scan, find, np.bool_)


def keep_only(scan: Scan, kept: NDArray[np.bool_]) -> Scan:
    """Make everything else air, in the scan's own units."""
    return scan.with_voxels(np.where(kept, scan.voxels, scan.voxels.dtype.type(scan.air)))
