"""Whether a picture shows a CT slice at all.

Each limit stands clear of some 2,000 real slices, cut from papers, scanners and data sets:
what it finds is told, and only a page of text is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor.finding import Finding
from lungseg.doctor.panels import count_panels
from lungseg.doctor.polarity import looks_inverted
from lungseg.doctor.texture import neighbour_correlation, torn_share
from lungseg.doctor.wrapped import TORN
from lungseg.errors import InputError
from lungseg.scan import Units

#: Real slices have at most 0.76 white pixels, and at least 0.11 of middle grey.
_WHITE_PAGE = 0.82
_MIDDLE_GREY = 0.15

#: Real slices have at least 0.83.
_LEAST_CORRELATION = 0.6


def check_content(slices: NDArray[Any], units: Units, source: str) -> list[Finding]:
    """Look at what the middle slice shows.

    Parameters
    ----------
    slices : array of shape (slices, rows, columns)
        Upright axial slices.
    units : {"HU", "display"}
    source : str
        For messages.

    Returns
    -------
    list of Finding

    Raises
    ------
    InputError
        If it is a page of text.

    Examples
    --------
    >>> noise = np.random.default_rng(0).integers(0, 256, (1, 64, 64), np.uint8)
    >>> [finding.code for finding in check_content(noise, "display", "array")]
    ['noise']
    """
    middle = slices[len(slices) // 2]
    if _has_two_values(middle):
        message = "only two different values are in it: a mask or a drawing"
        return [Finding("warning", "two-values", message, "give the scan itself")]
    if units == "HU":
        return []
    if _is_page(middle):
        raise InputError(source, "it shows a page of text and no CT slice", "give the slice itself")
    findings = []
    if neighbour_correlation(middle) < _LEAST_CORRELATION or torn_share(middle) > TORN:
        message = "neighbouring pixels have little in common: noise, or values that wrapped around"
        findings.append(Finding("warning", "noise", message, "export the slice again"))
    elif looks_inverted(middle):
        message = "air seems to be white and the body dark"
        findings.append(Finding("warning", "inverted", message, "invert the picture"))
    if count_panels(middle) > 1:
        message = "several slices seem to lie side by side in it"
        findings.append(Finding("warning", "several", message, "give each slice by itself"))
    return findings


def _has_two_values(middle: NDArray[Any]) -> bool:
    low, high = middle.min(), middle.max()
    return bool(low < high and np.all((middle == low) | (middle == high)))


def _is_page(grey: NDArray[Any]) -> bool:
    white = float(np.mean(grey >= 235))
    middle = float(np.mean((grey > 40) & (grey < 215)))
    return white > _WHITE_PAGE and middle < _MIDDLE_GREY
