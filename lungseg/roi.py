"""RoiMultiply: what is not lung becomes air."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from lungseg.inputs import check_same_grid
from lungseg.params import check_params
from lungseg.preprocess.crop import bounding_box
from lungseg.preprocess.doubt import mask_in_doubt
from lungseg.scan import LungMask, MaskedScan, Scan


class RoiMultiply(TransformerMixin, BaseEstimator):
    """Multiply scans by their lung masks, in intensity space.

    Done before any normalisation, so that what is removed looks like air and the body's
    silhouette does not survive.

    Parameters
    ----------
    fill : "air" or float
        What replaces everything outside the lungs: air (-1000 HU, or black in display
        grey), or a value in the scan's units. None keeps it.
    crop : bool
        Crop to the box around the lungs; of a volume, drop the slices without lung too.
    margin : float
        Added to the box on each side within the slice, as a share of its length.
    min_confidence : float
        A mask that is empty or less sure than this is not applied: the scan passes as it
        is, with a warning.

    Examples
    --------
    >>> import lungseg
    >>> scan, mask = lungseg.phantom(slices=8, size=128, return_mask=True)
    >>> roi, = RoiMultiply(crop=True).fit_transform([MaskedScan(scan, mask)])
    >>> roi.shape[1] < scan.shape[1]
    True
    """

    def __init__(
        self,
        fill: Literal["air"] | float | None = "air",
        *,
        crop: bool = True,
        margin: float = 0.05,
        min_confidence: float = 0.5,
    ) -> None:
        self.fill = fill
        self.crop = crop
        self.margin = margin
        self.min_confidence = min_confidence

    def fit(self, X: Any = None, y: Any = None) -> RoiMultiply:
        """Check the parameters; there is nothing to learn."""
        self._check()
        return self

    def transform(self, X: Iterable[MaskedScan]) -> list[Scan]:
        """Multiply each scan by its mask.

        Parameters
        ----------
        X : iterable of MaskedScan
            What `LungMasker.transform` returns; pairs of a scan and its mask will do.

        Returns
        -------
        list of Scan
            In the units they came in; cropped ones know where they lie.

        Raises
        ------
        lungseg.InputError
            If a mask has another size than its scan.
        """
        return list(self.iterate(X))

    def iterate(self, X: Iterable[MaskedScan]) -> Iterator[Scan]:
        """As `transform`, one scan after the other."""
        self._check()
        for scan, mask in X:
            yield self._multiply(scan, mask)

    def _multiply(self, scan: Scan, mask: LungMask) -> Scan:
        check_same_grid(scan, mask)
        lungs = mask.lungs
        if not self.applies(mask):
            return scan.with_finding(mask_in_doubt(mask))
        voxels = self._fill_outside(scan, lungs)
        if not self.crop:
            return scan.with_voxels(voxels)
        box = self.box_of(MaskedScan(scan, mask))
        return scan.with_voxels(voxels).cut(box)

    def box_of(self, item: MaskedScan) -> tuple[slice, ...]:
        """Say which part of a scan its ROI shows.

        Parameters
        ----------
        item : MaskedScan

        Returns
        -------
        tuple of slice
            One for each axis of the scan's array; the whole of it where nothing is cut.
        """
        scan, mask = item
        if not self.crop or not self.applies(mask):
            return tuple(slice(0, length) for length in scan.shape)
        return bounding_box(mask.lungs, margin=self.margin, axes=scan.order.axes[1:])

    def applies(self, mask: LungMask) -> bool:
        """Tell whether a mask is trusted: it is not empty, and sure enough."""
        return bool(mask.lungs.any()) and mask.confidence >= self.min_confidence

    def _fill_outside(self, scan: Scan, lungs: NDArray[np.bool_]) -> NDArray[Any]:
        if self.fill is None:
            return scan.voxels
        value = scan.air if self.fill == "air" else self.fill
        held = np.iinfo(scan.voxels.dtype)
        # A number meant for HU would wrap around in display grey.
        return np.where(
            lungs, scan.voxels, np.clip(value, held.min, held.max).astype(scan.voxels.dtype)
        )

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def _check(self) -> None:
        check_params(self, margin=(0, None), min_confidence=(0, 1))
        if isinstance(self.fill, str) and self.fill != "air":
            raise ValueError(
                f'fill of RoiMultiply must be "air", a number or None, got {self.fill!r}'
            )
