"""Colour pictures: their grey, and how coloured they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor.finding import Finding
from lungseg.errors import InputError

#: Channels that differ by more than this make a pixel coloured.
_COLOUR = 40

#: Of 746 slices cut from papers, with arrows and letters, one has more than the second
#: share of coloured pixels and none more than 0.08.
_REFUSED, _WARNED = 0.4, 0.03

_LUMA = np.array([0.299, 0.587, 0.114])


def to_grey(picture: NDArray[Any]) -> tuple[NDArray[np.uint8], float]:
    """Grey values of a colour picture, and the share of its pixels that are coloured.

    Parameters
    ----------
    picture : uint8 array of shape (rows, columns, 3 or 4)
        RGB, or RGBA: what is transparent shows black, whatever colour it hides.

    Examples
    --------
    >>> red = np.zeros((2, 2, 3), np.uint8)
    >>> red[0, 0, 0] = 200
    >>> grey, share = to_grey(red)
    >>> int(grey[0, 0]), share
    (60, 0.25)
    """
    rgb = picture[..., :3].astype(np.int16)
    if picture.shape[-1] == 4:
        rgb = np.where(picture[..., 3:] > 0, rgb, 0)
    coloured = float(np.mean(rgb.max(axis=2) - rgb.min(axis=2) > _COLOUR))
    return np.rint(rgb @ _LUMA).astype(np.uint8), coloured


def check_colour(share: float, source: str) -> tuple[Finding, ...]:
    """Refuse a photograph; warn of marks.

    Parameters
    ----------
    share : float
        Of the pixels that are coloured.
    source : str

    Raises
    ------
    InputError
        If the picture is coloured for the most part.

    Examples
    --------
    >>> check_colour(0.001, "a.png")
    ()
    """
    if share > _REFUSED:
        raise InputError(
            source,
            f"{share:.0%} of the picture is coloured: a photograph or a colour map, no CT slice",
            "give the grey slice itself",
        )
    if share <= _WARNED:
        return ()
    message = f"{share:.0%} of the picture is coloured: a screenshot, or marks drawn on it"
    return (Finding("warning", "colour", message, "give the slice without marks"),)
