"""What the labels of a mask are called in DICOM: segments and their codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lungseg.infection_mask import InfectionMask
from lungseg.report.colours import INFECTION, LUNGS, RGB
from lungseg.scan import LungMask

#: Value, scheme and meaning of a code. SCT is SNOMED CT, DCM the standard's own list.
Code = tuple[str, str, str]

_ANATOMY: Code = ("91723000", "SCT", "Anatomical Structure")
_ABNORMAL: Code = ("49755003", "SCT", "Morphologically Abnormal Structure")
_LUNG: Code = ("39607008", "SCT", "Lung")
_RIGHT: Code = ("24028007", "SCT", "Right")
_LEFT: Code = ("7771000", "SCT", "Left")

#: Of an infection; what has another name is an opacity.
_FINDINGS: dict[str, Code] = {
    "infection": ("409774005", "SCT", "Inflammation"),
    "ground glass": ("112120", "DCM", "Ground glass opacity"),
    "consolidation": ("95436008", "SCT", "Lung consolidation"),
}
_OPACITY: Code = ("112001", "DCM", "Opacity")


@dataclass(frozen=True)
class Segment:
    """One segment of a DICOM segmentation.

    Parameters
    ----------
    label : int
        Number in the voxels of the mask.
    name : str
        For people to read.
    category, kind : tuple of str
        Codes of its category (context group 7150 of the standard) and of what it is.
    colour : tuple of int
        For viewers, RGB.
    side : tuple of str, optional
        Code of its side.
    region : tuple of str, optional
        Code of the organ it lies in.
    """

    label: int
    name: str
    category: Code
    kind: Code
    colour: RGB
    side: Code | None = None
    region: Code | None = None


def segments_of(mask: LungMask | InfectionMask) -> list[Segment]:
    """Segments that a mask is written as.

    Parameters
    ----------
    mask : LungMask or InfectionMask

    Returns
    -------
    list of Segment
        Of a lung mask that does not tell the sides one; of an infection mask its classes
        from 2 on.

    Examples
    --------
    >>> [s.name for s in segments_of(LungMask(np.array([[[0, 1, 2]]], np.uint8)))]
    ['Right lung', 'Left lung']
    >>> [s.kind[2] for s in segments_of(InfectionMask(np.array([[[0, 1, 2]]], np.uint8)))]
    ['Inflammation']
    """
    if isinstance(mask, LungMask):
        return _lungs(mask.voxels)
    return [
        Segment(
            number,
            name.capitalize(),
            _ABNORMAL,
            _FINDINGS.get(name, _OPACITY),
            INFECTION.get(number, INFECTION[2]),
            region=_LUNG,
        )
        for number, name in enumerate(mask.classes)
        if number >= 2
    ]


def _lungs(voxels: NDArray[np.uint8]) -> list[Segment]:
    if not (voxels == 2).any():
        return [Segment(1, "Lungs", _ANATOMY, _LUNG, LUNGS[1])]
    return [
        Segment(1, "Right lung", _ANATOMY, _LUNG, LUNGS[1], _RIGHT),
        Segment(2, "Left lung", _ANATOMY, _LUNG, LUNGS[2], _LEFT),
    ]
