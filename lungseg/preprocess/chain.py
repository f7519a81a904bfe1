"""Transforms and the ROI, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.transformed import Transformed
from lungseg.roi import RoiMultiply
from lungseg.scan import LungMask, MaskedScan, Scan


class Chain:
    """Everything that is done to a scan between its mask and its classification.

    Parameters
    ----------
    transforms : sequence of ScanTransform
        Those of the place "scan" first, those of the place "roi" after them.
    roi : RoiMultiply, optional
        Between the two; without it, or without a mask, there is no ROI.

    Examples
    --------
    >>> import lungseg
    >>> from lungseg.preprocess.trim import Trim
    >>> scan, mask = lungseg.phantom(slices=8, size=96, return_mask=True)
    >>> shown = Chain([Trim(0.25)], RoiMultiply()).show(scan, mask)
    >>> len(shown.scan.axial()), shown.slice_of(0)
    (4, 2)
    """

    def __init__(self, transforms: Sequence[ScanTransform], roi: RoiMultiply | None = None) -> None:
        self.transforms = transforms
        self.roi = roi

    def show(self, scan: Scan, mask: LungMask | None = None) -> Transformed:
        """Make what the classifier is shown of a scan.

        Parameters
        ----------
        scan : Scan
        mask : LungMask, optional
            In the scan's own grid.

        Returns
        -------
        Transformed
            With the way back to the grid of ``scan``.
        """
        shown = Transformed(scan, mask)
        for transform in self.transforms:
            if transform.place == "scan":
                shown = shown.then(transform.transform(shown.scan, shown.mask))
        if self.roi is not None and shown.mask is not None:
            shown = _take_roi(self.roi, shown, shown.mask)
        for transform in self.transforms:
            if transform.place == "roi":
                shown = shown.then(transform.transform(shown.scan, shown.mask))
        return shown

    def item_of(self, shown: Transformed) -> Scan | MaskedScan:
        """Take from what `show` made what a classifier takes: with the lungs where they are sure.

        Parameters
        ----------
        shown : Transformed

        Returns
        -------
        Scan or MaskedScan
            The scan alone where the ROI does not trust its mask.
        """
        if self.roi is None or shown.mask is None or not self.roi.applies(shown.mask):
            return shown.scan
        return MaskedScan(shown.scan, shown.mask)


def _take_roi(roi: RoiMultiply, shown: Transformed, mask: LungMask) -> Transformed:
    item = MaskedScan(shown.scan, mask)
    (scan,) = roi.transform([item])
    return shown.cut(roi.box_of(item)).shown_as(scan)


def check_transforms(transforms: Any, *, masked: bool) -> list[ScanTransform]:
    """Check what is given as ``preprocess`` of a pipeline.

    Parameters
    ----------
    transforms : sequence of ScanTransform
    masked : bool
        Whether there will be masks.

    Returns
    -------
    list of ScanTransform

    Raises
    ------
    ValueError
        If it is no list of transforms, a parameter is out of its range, their order cannot
        be kept, or one needs masks and there are none.

    Examples
    --------
    >>> from lungseg.preprocess.lung_crop import LungCrop
    >>> check_transforms([LungCrop()], masked=False)
    Traceback (most recent call last):
    ValueError: LungCrop needs the masks of a masker, and this pipeline has none
    """
    if not isinstance(transforms, (list, tuple)) or any(
        not isinstance(transform, ScanTransform) for transform in transforms
    ):
        raise ValueError(
            "preprocess of Pipeline must be a list of transforms of lungseg.preprocess, got "
            f"{transforms!r}"
        )
    late = None
    for transform in transforms:
        transform.check()
        name = type(transform).__name__
        if transform.needs_mask and not masked:
            raise ValueError(f"{name} needs the masks of a masker, and this pipeline has none")
        if transform.place == "roi":
            late = name
        elif late is not None:
            raise ValueError(
                f"{late} is applied after the ROI, and {name} before: list {name} first"
            )
    return list(transforms)
