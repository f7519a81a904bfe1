"""What a file holds, before the doctor has looked at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from lungseg.doctor.finding import Finding
from lungseg.geometry import Affine
from lungseg.scan import Units


@dataclass(frozen=True)
class RawScan:
    """Values as they were stored, and what the format says of them.

    Parameters
    ----------
    values : array
    source : str
    affine : array of shape (4, 4), optional
    units : {"HU", "display"}, optional
        None where the format does not say.
    findings : tuple of Finding
    """

    values: NDArray[Any]
    source: str
    affine: Affine | None = None
    units: Units | None = None
    findings: tuple[Finding, ...] = field(default=())
