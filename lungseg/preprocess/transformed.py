"""What a transform makes of a scan, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

from numpy.typing import NDArray

from lungseg.preprocess.cut import Box3, Cut
from lungseg.preprocess.pieces import Pieces
from lungseg.scan import LungMask, Scan


class Way(Protocol):
    """The way from the grid of a transformed scan back to the one it came from."""

    def restore(self, array: NDArray[Any]) -> NDArray[Any]:
        """Bring an array back."""
        ...

    def slice_of(self, number: int) -> int:
        """Tell which axial slice a slice was."""
        ...


@dataclass(frozen=True, eq=False)
class Transformed:
    """A transformed scan, its mask transformed with it, and the way back.

    Parameters
    ----------
    scan : Scan
    mask : LungMask, optional
        In the grid of ``scan``.
    ways : tuple of Way
        Back through every change of the grid, in the order in which they were made.

    Examples
    --------
    >>> import numpy as np
    >>> scan = Scan(np.zeros((1, 8, 8), np.uint8), units="display")
    >>> cropped = Transformed(scan).cut((slice(0, 1), slice(2, 6), slice(2, 6)))
    >>> cropped.scan.shape, cropped.restore(np.ones((1, 4, 4))).sum()
    ((1, 4, 4), np.float64(16.0))
    """

    scan: Scan
    mask: LungMask | None = None
    ways: tuple[Way, ...] = ()

    def restore(self, array: NDArray[Any]) -> NDArray[Any]:
        """Bring what was drawn on the transformed scan back to the grid of the original.

        Parameters
        ----------
        array : array of the shape of ``scan``
            A mask (integers or bool: values are kept as they are) or a map of floats
            (linear where pieces were resized).

        Returns
        -------
        array of the original's shape
            Of the same type; 0 where the transformed scan shows nothing of the original.

        Raises
        ------
        ValueError
            If it has another shape than ``scan``.
        """
        if array.shape != self.scan.shape:
            raise ValueError(
                f"what comes back must have the shape of the transformed scan, {self.scan.shape}, "
                f"got {array.shape}"
            )
        for way in reversed(self.ways):
            array = way.restore(array)
        return array

    def slice_of(self, number: int) -> int:
        """Tell which axial slice of the original a slice of ``scan`` shows."""
        for way in reversed(self.ways):
            number = way.slice_of(number)
        return number

    def shown_as(self, scan: Scan) -> Transformed:
        """Exchange the scan for another in the same grid."""
        return replace(self, scan=scan)

    def cut(self, box: Box3) -> Transformed:
        """Cut a box out of the scan and its mask."""
        way = Cut(self.scan.shape, box, self.scan.order)
        mask = None if self.mask is None else self.mask.cut(box)
        return Transformed(self.scan.cut(box), mask, (*self.ways, way))

    def pieced(self, way: Pieces, *, parts: int = 1) -> Transformed:
        """Put scan and mask together of pieces; they have no affine then.

        ``parts`` is that of the new scan; see `Scan`.
        """
        voxels = way.apply(self.scan.voxels, fill=self.scan.air)
        scan = replace(self.scan, voxels=voxels, affine=None, parts=parts)
        mask = self.mask
        if mask is not None:
            mask = replace(mask, voxels=way.apply(mask.voxels, label=True), affine=None)
        return Transformed(scan, mask, (*self.ways, way))

    def then(self, other: Transformed) -> Transformed:
        """Join with what was made of ``scan``."""
        return replace(other, ways=(*self.ways, *other.ways))
