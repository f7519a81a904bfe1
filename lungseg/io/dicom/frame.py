"""What a DICOM header says of one slice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@dataclass(frozen=True)
class Frame:
    """One slice of a file, without its pixels.

    Parameters
    ----------
    path : Path
    index : int
        Which frame of the file it is.
    shape : tuple of int
        Rows and columns.
    modality : str
        Empty where the tag is missing.
    scout : bool
        Whether it is a localizer.
    series : str
        Its SeriesInstanceUID.
    name : str
        Description or number of the series.
    number : float, optional
        Its InstanceNumber.
    position : tuple of float, optional
        Of the first pixel, in mm, LPS+.
    directions : tuple of float, optional
        Of growing column numbers, then of growing row numbers.
    spacing : tuple of float, optional
        Between rows and between columns, in mm.
    thickness : float, optional
        Distance between slices, or else their thickness, in mm.
    """

    path: Path
    index: int
    shape: tuple[int, int]
    modality: str = ""
    scout: bool = False
    series: str = ""
    name: str = ""
    number: float | None = None
    position: tuple[float, ...] | None = None
    directions: tuple[float, ...] | None = None
    spacing: tuple[float, ...] | None = None
    thickness: float | None = None

    @property
    def axes(self) -> NDArray[np.float64]:
        """Directions of shape (2, 3); those of an axial slice where they are not known."""
        return np.array(self.directions or _AXIAL).reshape(2, 3)

    @property
    def normal(self) -> NDArray[np.float64]:
        """Unit vector from this slice to the next."""
        return np.cross(self.axes[0], self.axes[1])

    @property
    def family(self) -> tuple[Any, ...]:
        """What all slices of one scan share."""
        spacing = tuple(np.round(self.spacing or (), 3).tolist())
        directions = tuple(np.round(self.axes, 2).ravel().tolist())
        return self.series, self.scout, self.shape, directions, spacing
