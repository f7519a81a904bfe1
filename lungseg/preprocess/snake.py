"""A closed curve that contracts around marks: the active contour of S0."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

#: Side of the frame in which the curve moves. The published settings are those of a frame of
#: 512; this one takes a tenth of the time.
_SIDE = 256

#: Radius of the circle that the curve starts from, and of the one around the marks, as shares
#: of the frame's side.
_START, _MARKS = 250 / 512, 230 / 512

#: A curve that holds less of the marks than this has slipped off.
_HELD = 0.8


def contract_around(
    marks: NDArray[np.bool_],
    *,
    alpha: float = 0.1,
    beta: float = 10.0,
    gamma: float = 0.001,
    iterations: int = 2500,
) -> NDArray[np.bool_]:
    """Contract a curve around marks and return what it holds.

    The marks are brought to one size first, so that the result does not depend on the
    size of the picture, and the curve starts outside them all.

    Parameters
    ----------
    marks : bool array of shape (rows, columns)
    alpha, beta, gamma : float
        Tension, stiffness and reluctance of the curve, for a frame of 512 pixels.
    iterations : int
        At most, for the same frame.

    Returns
    -------
    bool array of the same shape
        One region; all False without marks. Where the curve slips off the marks, as with
        too much tension, it is their convex hull.

    References
    ----------
    Kass, Witkin and Terzopoulos, "Snakes: Active contour models", IJCV 1988.

    Examples
    --------
    >>> marks = np.zeros((60, 90), bool)
    >>> marks[20:40, 20:40] = marks[20:40, 50:70] = True
    >>> held = contract_around(marks)
    >>> bool(held[30, 45]), bool(held[5, 5]), bool(held[30, 22])
    (True, False, True)
    """
    if not marks.any():
        return np.zeros(marks.shape, bool)
    from skimage.segmentation import active_contour

    scale = _SIDE / 512
    way = _into_frame(marks)
    framed = cv2.warpAffine(marks.astype(np.float32), way, (_SIDE, _SIDE))
    # Marks that are enlarged have soft edges, and the curve slips over them.
    sharp = (framed > 0.5).astype(np.float32)
    # Lengths are those of 512 pixels times the scale, and so every force changes with it.
    curve = active_contour(
        cv2.GaussianBlur(sharp, (0, 0), 3 * scale),
        _circle(round(500 * scale)),
        alpha=alpha / scale,
        beta=beta * scale,
        gamma=gamma / scale**3,
        max_num_iter=max(1, round(iterations * scale)),
    )
    held = _inside((curve[:, ::-1] - way[:, 2]) / way[0, 0], marks.shape)
    if held[marks].mean() >= _HELD:
        return held
    hull = cv2.convexHull(np.argwhere(marks)[:, ::-1].astype(np.int32))
    return _inside(hull[:, 0], marks.shape)


def _inside(curve: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Fill a closed curve of columns and rows."""
    held = np.zeros(shape, np.uint8)
    cv2.fillPoly(held, [np.rint(curve).astype(np.int32)], 1)
    return held > 0


def _circle(points: int) -> NDArray[np.float64]:
    """Rows and columns of a circle around the middle of the frame."""
    turn = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return _SIDE / 2 + _START * _SIDE * np.stack([np.sin(turn), np.cos(turn)], axis=1)


def _into_frame(marks: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Scale and shift that bring the smallest circle around the marks into the frame."""
    rows, columns = np.nonzero(marks)
    points = np.stack([columns, rows], axis=1).astype(np.float32)
    (x, y), radius = cv2.minEnclosingCircle(points)
    scale = _MARKS * _SIDE / max(radius, 1.0)
    return np.array([[scale, 0, _SIDE / 2 - scale * x], [0, scale, _SIDE / 2 - scale * y]])
