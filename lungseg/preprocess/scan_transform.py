"""What every transform of a scan has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

from sklearn.base import BaseEstimator

from lungseg.inputs import check_same_grid
from lungseg.preprocess.transformed import Transformed
from lungseg.scan import LungMask, Scan


class ScanTransform(BaseEstimator, ABC):
    """A change made to a scan before it is classified, alike in training and inference.

    Nothing is learned and no label is known: what comes out depends on the scan, its mask
    and the parameters alone. A transform of one's own is a subclass with a constructor
    that stores its parameters, and ``_transform``.

    Attributes
    ----------
    place : {"scan", "roi"}
        Where a pipeline applies it: to the scan and its mask, before the ROI is taken, or
        to what the ROI left.
    needs_mask : bool
        Whether there must be a mask.
    """

    place: ClassVar[Literal["scan", "roi"]] = "scan"
    needs_mask: ClassVar[bool] = False

    def transform(self, scan: Any, mask: LungMask | None = None) -> Transformed:
        """Transform a scan, and its mask with it.

        Parameters
        ----------
        scan : path, array, image or Scan
        mask : LungMask, optional
            In the scan's own grid.

        Returns
        -------
        Transformed
            With the way back to the grid of ``scan``.

        Raises
        ------
        lungseg.InputError
            If the scan cannot be read, or the mask has another size.
        ValueError
            If a parameter is out of its range, or a mask is needed and there is none.
        """
        from lungseg.io.reader import as_scan

        self.check()
        read: Scan = as_scan(scan)
        if self.needs_mask and mask is None:
            raise ValueError(f"{type(self).__name__} needs the mask of the lungs: give mask=")
        if mask is not None:
            check_same_grid(read, mask)
        return self._transform(read, mask)

    def check(self) -> None:
        """Check the parameters; ValueError where one is out of its range."""
        return

    @abstractmethod
    def _transform(self, scan: Scan, mask: LungMask | None) -> Transformed: ...

    def __sklearn_is_fitted__(self) -> bool:
        return True
