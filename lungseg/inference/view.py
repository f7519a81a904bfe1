"""What of a scan a network gets to see, and in which frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.body_box import Box, body_box, common_box
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window

#: Frames of volumes have sides that are multiples of this: there are few of them, and each
#: is compiled once.
_STEP = 32

#: No frame is smaller than this, however few pixels a slice has.
_LEAST = 96

#: How many slices of a volume are looked at to find the body.
_LOOKS = 12


def choose_view(
    slices: NDArray[Any],
    size: int,
    *,
    crop: bool = True,
    body_scale: float = 1.0,
    enlarge: float = 3.0,
) -> Letterbox:
    """Choose the part of the slices that is shown, and the frame it is fitted into.

    Air and table around the patient say nothing about the lungs: without them lungs are
    larger in the frame, and the frame of a volume, wider than high, holds fewer pixels.

    Parameters
    ----------
    slices : array of shape (slices, rows, columns)
        Upright axial slices, HU or display grey.
    size : int
        Longer side of the frame; shorter for slices that would be enlarged too far.
    crop : bool
        Show the body only, where its whole contour is seen.
    body_scale : float
        How many times as large a frame is where that leaves something out: air lies around
        a whole body then, and lungs would be smaller in the frame than those of a picture
        that is cropped to them.
    enlarge : float
        No slice is enlarged more than this many times: lung that is blurred farther than
        what a network was taught looks like gas.

    Returns
    -------
    Letterbox
        One for all slices; square for a single one, so that pictures of many shapes
        share one compiled network.

    Examples
    --------
    >>> volume = np.full((20, 128, 128), -1000, np.int16)
    >>> volume[:, 40:90, 20:110] = 40
    >>> view = choose_view(volume, 64)
    >>> view.frame, view.box
    ((64, 64), (slice(38, 92, None), slice(17, 113, None)))
    """
    box = _body(slices) if crop else None
    shape = (slices.shape[1], slices.shape[2])
    if body_scale != 1 and box is not None and Letterbox(shape, size, box).shown != shape:
        size = round(body_scale * size / _STEP) * _STEP
    longest = max(Letterbox(shape, size, box).shown)
    size = min(size, max(_LEAST, int(-(-enlarge * longest // _STEP) * _STEP)))
    whole = Letterbox(shape, size, box)
    if len(slices) == 1:
        return whole
    rows, columns = (min(size, -(-side // _STEP) * _STEP) for side in whole.inner)
    return Letterbox(whole.shape, (rows, columns), box)


def _body(slices: NDArray[Any]) -> Box | None:
    looks = np.unique(np.linspace(0, len(slices) - 1, _LOOKS).round().astype(int))
    window = Window()
    shown = [window.apply(slices[look]) for look in looks]
    # Empty slices at the ends of a volume hold no body, and none is missed there.
    return common_box([body_box(grey) for grey in shown if np.ptp(grey[::8, ::8]) > 40])
