"""Numbers that overflowed when somebody stored them in too small a type."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor.finding import Finding
from lungseg.doctor.sample import sample_of
from lungseg.doctor.texture import torn_share
from lungseg.errors import InputError
from lungseg.scan import Units

#: Negative HU, -2136 to -236, as 16 bits without a sign show them.
_NEGATIVE_HU = (63400, 65300)

#: More of the neighbours than this lie a whole range apart only where numbers wrapped:
#: on some 2,000 real slices the most is 0.015.
TORN = 0.05


def unwrap(
    values: NDArray[Any], units: Units | None, source: str
) -> tuple[NDArray[Any], list[Finding]]:
    """Undo an overflow where nothing was lost by it.

    Parameters
    ----------
    values : array of shape (slices, rows, columns)
    units : {"HU", "display"} or None
    source : str

    Returns
    -------
    values : array of the same shape
    findings : list of Finding

    Raises
    ------
    InputError
        If HU were stored in 8 bits.

    Examples
    --------
    >>> hu = np.linspace(-1000, 400, 4096).reshape(1, 64, 64).astype(np.int16)
    >>> values, findings = unwrap(hu.view(np.uint16), None, "array")
    >>> int(values.min()), findings[0].code
    (-1000, 'wrapped-hu')
    """
    if values.dtype == np.int8 and values.min() < 0 and units != "HU":
        grey = values.view(np.uint8)
        if torn_share(grey[len(grey) // 2]) > TORN:
            raise InputError(
                source, "HU were stored in 8 bits and wrapped around", "store them as int16"
            )
        return grey, [_finding("int8-overflow", "8-bit grey was stored as signed numbers")]
    if values.dtype.kind in "iu" and values.dtype.itemsize > 1 and _hides_negative_hu(values):
        message = "negative HU were stored without their sign and wrapped around"
        return values.astype(np.uint16).view(np.int16), [_finding("wrapped-hu", message)]
    return values, []


def _hides_negative_hu(values: NDArray[Any]) -> bool:
    sample = sample_of(values)
    if sample.min() < 0 or not _NEGATIVE_HU[0] <= sample.max() < 65536:
        return False
    negative = np.mean((sample >= _NEGATIVE_HU[0]) & (sample <= _NEGATIVE_HU[1]))
    between = np.mean((sample > 5000) & (sample < 60000))
    return bool(negative > 0.01 and between < 0.001)


def _finding(code: str, message: str) -> Finding:
    return Finding("warning", code, f"{message}; this was undone", "check one slice by eye")
