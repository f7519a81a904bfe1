"""The box around the patient in a slice."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.body import body_mask
from lungseg.preprocess.crop import bounding_box

Box = tuple[slice, slice]

#: The contour is sought in a picture of this size: a box need not be exact.
_SIDE = 128


def body_box(grey: NDArray[np.uint8], *, margin: float = 0.03) -> Box | None:
    """Find the box around the patient, where the whole patient is in the picture.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)
        A slice after `Window.apply`.
    margin : float
        Added on each side, as a share of the box.

    Returns
    -------
    tuple of two slices, or None
        None where no closed contour is found, as in a picture cropped to the lungs: its
        dark border may be lung, and nothing may be cut off.

    Examples
    --------
    >>> grey = np.zeros((128, 128), np.uint8)
    >>> grey[40:90, 20:110] = 180
    >>> body_box(grey)
    (slice(38, 92, None), slice(17, 113, None))
    >>> body_box(np.full((128, 128), 7, np.uint8)) is None
    True
    """
    rows, columns = grey.shape
    scale = min(1.0, _SIDE / max(grey.shape))
    small = cv2.resize(
        grey,
        (max(1, round(columns * scale)), max(1, round(rows * scale))),
        interpolation=cv2.INTER_AREA,
    )
    body = body_mask(small)
    if not body.any() or not _is_whole(small, body):
        return None
    padded = bounding_box(body, margin=margin)
    return _scaled(padded[0], scale, rows), _scaled(padded[1], scale, columns)


def common_box(boxes: list[Box | None]) -> Box | None:
    """Join the boxes of several slices; None where one has none.

    Examples
    --------
    >>> common_box([(slice(2, 5), slice(0, 4)), (slice(1, 3), slice(2, 9))])
    (slice(1, 5, None), slice(0, 9, None))
    """
    if not boxes:
        return None
    known = [box for box in boxes if box is not None]
    if len(known) < len(boxes):
        return None
    sides: Any = [
        slice(min(box[axis].start for box in known), max(box[axis].stop for box in known))
        for axis in (0, 1)
    ]
    return sides[0], sides[1]


def _is_whole(grey: NDArray[np.uint8], body: NDArray[np.bool_]) -> bool:
    """Tell the contour of a body from that of a heart between open lungs.

    A body fills its box, and beyond the box lies little that is bright: the table.
    """
    tight = bounding_box(body)
    if body[tight].mean() < 0.6 or body.mean() < 0.1:
        return False
    bright = grey > np.uint8(grey[body].mean() / 2)
    outside = bright.copy()
    outside[tight] = False
    return bool(outside.sum() <= 0.08 * bright.sum())


def _scaled(side: slice, scale: float, length: int) -> slice:
    low, high = int(side.start / scale), int(np.ceil(side.stop / scale))
    return slice(max(0, low), min(length, high))
