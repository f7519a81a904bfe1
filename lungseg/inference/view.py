"""What of a scan a network gets to see, and in which frame."""

from __future__ import annotations

from collections.abc import Sequence
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


def choose_views(
    slices: NDArray[Any],
    size: int,
    scales: Sequence[float] = (1.0,),
    *,
    crop: bool = True,
    body_scale: float = 1.0,
    enlarge: float = 3.0,
) -> list[Letterbox]:
    """Choose the part of the slices that is shown, and the frames it is fitted into.

    Air and table around the patient say nothing about the lungs: without them lungs are
    larger in the frame, and the frame of a volume, wider than high, holds fewer pixels.

    Parameters
    ----------
    slices : array of shape (slices, rows, columns)
        Upright axial slices, HU or display grey.
    size : int
        Longer side of a frame; shorter for slices that would be enlarged too far.
    scales : sequence of float
        How many times as large as that each frame is.
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
    list of Letterbox
        In the order of the scales, each for all slices; frames that would be the same only
        once. Square for a single slice, so that pictures of many shapes share one compiled
        network.

    Examples
    --------
    >>> volume = np.full((20, 128, 128), -1000, np.int16)
    >>> volume[:, 40:90, 20:110] = 40
    >>> (view,) = choose_views(volume, 64)
    >>> view.frame, view.box
    ((64, 64), (slice(38, 92, None), slice(17, 113, None)))
    >>> grey = np.full((1, 100, 120), 90, np.uint8)
    >>> [view.frame for view in choose_views(grey, 320, (1, 1.2, 1.5))]
    [(320, 320), (384, 384)]
    """
    box = _body(slices) if crop else None
    whole = Letterbox((slices.shape[1], slices.shape[2]), size, box)
    if box is None or whole.shown == whole.shape:
        body_scale = 1.0
    most = max(_LEAST, int(-(-enlarge * max(whole.shown) // _STEP) * _STEP))
    sides = dict.fromkeys(min(_scaled(size, body_scale * scale), most) for scale in scales)
    return [_framed(whole, side, square=len(slices) == 1) for side in sides]


def _scaled(size: int, scale: float) -> int:
    # What the caller chose stays as it is: a network may have been taught another step.
    return size if scale == 1 else max(1, round(scale * size / _STEP)) * _STEP


def _framed(view: Letterbox, side: int, *, square: bool) -> Letterbox:
    """Show the same in a frame whose longer side is another."""
    whole = Letterbox(view.shape, side, view.box)
    if square:
        return whole
    rows, columns = (min(side, -(-inner // _STEP) * _STEP) for inner in whole.inner)
    return Letterbox(view.shape, (rows, columns), view.box)


def _body(slices: NDArray[Any]) -> Box | None:
    looks = np.unique(np.linspace(0, len(slices) - 1, _LOOKS).round().astype(int))
    window = Window()
    shown = [window.apply(slices[look]) for look in looks]
    # Empty slices at the ends of a volume hold no body, and none is missed there.
    return common_box([body_box(grey) for grey in shown if np.ptp(grey[::8, ::8]) > 40])
