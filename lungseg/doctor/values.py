"""What the values of an input mean: HU, shifted HU or display grey."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor.finding import Finding
from lungseg.doctor.sample import sample_of
from lungseg.doctor.wrapped import unwrap
from lungseg.errors import InputError
from lungseg.scan import Units

#: The least HU a scanner means: lower values mark pixels outside its field of view.
_LEAST_HU = -1024

#: Whatever the offset, lower values mark pixels that were not measured.
_PADDING = -1100

#: Offsets by which HU are stored as unsigned numbers.
_OFFSETS = (1024, 32768)

Settled = tuple[NDArray[Any], Units, list[Finding]]


def settle_values(values: NDArray[Any], units: Units | None, source: str) -> Settled:
    """Decide what values mean and bring them to int16 HU or uint8 display grey.

    Parameters
    ----------
    values : array of shape (slices, rows, columns)
    units : {"HU", "display"} or None
        What is known of them.
    source : str
        For messages.

    Returns
    -------
    voxels : int16 or uint8 array of the same shape
    units : {"HU", "display"}
    findings : list of Finding

    Raises
    ------
    InputError
        If they cannot be a CT scan.
    """
    values, findings = _finite(values, source)
    values, undone = unwrap(values, units, source)
    findings += undone
    sample = sample_of(values)
    if sample.min() == sample.max() and values.min() == values.max():
        raise InputError(
            source, f"every pixel has the same value ({sample.flat[0]:g})", "give a real scan"
        )
    shift = 0 if units == "display" else _shift_of(sample)
    if shift:
        findings.append(
            _finding("shifted-hu", f"values are HU + {shift}; {shift} was subtracted from them")
        )
        return _to_hu(values, shift), "HU", findings
    if units is None:
        units = "HU" if sample.min() < -100 else "display"
    if units == "HU":
        if not np.any(sample < -500):
            findings.append(
                Finding(
                    "warning",
                    "no-air",
                    "no voxel is as dark as air or lung",
                    "check that the values are HU and that the chest is in the scan",
                )
            )
        return _to_hu(values, 0), "HU", findings
    return _to_grey(values, sample, findings), "display", findings


def _finite(values: NDArray[Any], source: str) -> tuple[NDArray[Any], list[Finding]]:
    if values.dtype.kind == "b":
        raise InputError(source, "the values are true and false: a mask", "give the scan itself")
    if values.dtype.kind not in "iuf":
        raise InputError(
            source, f"the values are of type {values.dtype}", "give integers or real numbers"
        )
    if values.dtype.kind != "f":
        return values, []
    finite = np.isfinite(values)
    if finite.all():
        return values, []
    share = float(1 - finite.mean())
    if share > 0.5:
        raise InputError(
            source, f"{share:.0%} of the values are not numbers (NaN)", "export the scan again"
        )
    lowest = values[finite].min()
    finding = _finding("nan", f"{share:.2%} of the values were not numbers and became air")
    return np.where(finite, values, lowest), [finding]


def _finding(code: str, message: str) -> Finding:
    return Finding("warning", code, message, "check one slice by eye")


def _shift_of(sample: NDArray[np.float64]) -> int:
    """Offset of shifted HU; 0 where the values are none.

    Soft tissue has -100…200 HU and air about -1000: shifted HU show the first around the
    offset, hardly anything below offset - 1024, and no negative HU but those that pad.
    """
    measured = sample[sample > _PADDING]
    if not len(measured) or measured.min() < -200:
        return 0
    for offset in _OFFSETS:
        tissue = np.mean((sample > offset - 150) & (sample < offset + 250))
        inside = np.mean((sample > offset - 1100) & (sample < offset + 3100) | (sample <= 0))
        dark = np.mean(sample < offset - 500)
        if tissue > 0.05 and dark > 0.02 and inside > 0.98:
            return offset
    return 0


def _to_hu(values: NDArray[Any], shift: int) -> NDArray[np.int16]:
    if values.dtype == np.int16 and not shift and values.min() >= _LEAST_HU:
        return values
    if values.dtype == np.int16 and not shift:
        return np.maximum(values, np.int16(_LEAST_HU))
    hu = np.empty(values.shape, np.int16)
    # Slice by slice: a volume in a wider type would take several times its memory.
    for part, into in zip(values, hu, strict=True):
        whole = np.rint(part) if part.dtype.kind == "f" else part
        wide = whole.astype(np.int32) - shift if shift else whole
        into[...] = np.clip(wide, _LEAST_HU, 32767)
    return hu


def _to_grey(
    values: NDArray[Any], sample: NDArray[np.float64], findings: list[Finding]
) -> NDArray[np.uint8]:
    if values.dtype == np.uint8:
        return values
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 255 and high > 1:
        return np.rint(values).astype(np.uint8)
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    else:
        low, high = (float(edge) for edge in np.percentile(sample, (0.1, 99.9)))
        findings.append(
            Finding("info", "deep-grey", f"grey of {low:g}…{high:g} was scaled to 0…255", "")
        )
    scaled = (np.asarray(values, np.float32) - low) * (255 / max(high - low, 1e-6))
    return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
