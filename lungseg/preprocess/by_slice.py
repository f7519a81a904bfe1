"""Something done to every axial slice of a scan, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.window import Window
from lungseg.scan import Scan


def by_slice(
    scan: Scan,
    change: Callable[[NDArray[np.uint8]], NDArray[Any]],
    dtype: type[np.generic] = np.uint8,
    *,
    window: Window | None = None,
) -> NDArray[Any]:
    """Show each axial slice as display grey, change it, and put the results together.

    Slice by slice, so that no volume of floats lies in memory.

    Parameters
    ----------
    scan : Scan
    change : callable
        From a uint8 slice of shape (rows, columns) to an array of the same shape.
    dtype : type
        Of the result.
    window : Window, optional
        In which HU are shown.

    Returns
    -------
    array of the scan's own shape and axes

    Examples
    --------
    >>> scan = Scan(np.full((2, 4, 4), -1000, np.int16))
    >>> by_slice(scan, lambda grey: grey > 0, np.bool_).any()
    np.False_
    """
    shown = (window or Window()).apply
    result = np.empty(scan.shape, dtype)
    slices = scan.order.apply(result)
    for number, part in enumerate(scan.axial()):
        slices[number] = change(np.ascontiguousarray(shown(part)))
    return result
