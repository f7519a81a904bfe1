"""Tell the right lung from the left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

RIGHT, LEFT = 1, 2


def label_sides(lungs: NDArray[np.bool_], *, upright: bool = True) -> NDArray[np.uint8]:
    """Tell the lungs of upright axial slices apart: 1 right, 2 left.

    Components on one side of the midline take that side. One that crosses it is two
    lungs that touch, and is cut along the path from front to back that goes through the
    least lung. Where the whole mask is one piece that cannot be cut cheaply, sides
    cannot be told and all of it is 1.

    Parameters
    ----------
    lungs : bool array of shape (slices, rows, columns)
        Upright axial slices: the patient's right hand at the first column.
    upright : bool
        The slices are known to be upright. Where they are not, as in a picture, lungs
        that lie one above the other have no side: both are 1.

    Returns
    -------
    uint8 array of the same shape

    Examples
    --------
    >>> lungs = np.zeros((1, 40, 60), bool)
    >>> lungs[0, 5:35, 5:25] = lungs[0, 5:35, 35:55] = True
    >>> lungs[0, 8:10, 25:35] = True
    >>> labels = label_sides(lungs)
    >>> int(labels[0, 20, 10]), int(labels[0, 20, 50])
    (1, 2)
    """
    labels = np.zeros(lungs.shape, np.uint8)
    if not lungs.any():
        return labels
    if not upright and _lie_on_each_other(lungs):
        return lungs.astype(np.uint8) * np.uint8(RIGHT)
    middle = _midline(lungs)
    for index, part in enumerate(lungs):
        if part.any():
            labels[index] = _label_slice(part, middle)
    return labels


def _lie_on_each_other(lungs: NDArray[np.bool_]) -> bool:
    """Tell a chest that was turned on its side by the gap between its lungs.

    Between lungs side by side some column holds little lung, and between lungs that lie
    one above the other some row. Without a gap, as with one lung, the shape must tell: a
    chest is wider than high.
    """
    down, across = lungs.sum(axis=(0, 1)), lungs.sum(axis=(0, 2))
    between = _emptiest(across) - _emptiest(down)
    if abs(between) > 0.1:
        return between < 0
    return _extent(across) > 1.15 * _extent(down)


def _emptiest(profile: NDArray[np.intp]) -> float:
    """Least lung in the middle of a profile, as a share of the most anywhere."""
    filled = np.flatnonzero(profile)
    low = filled[0] + int(0.3 * len(filled))
    return float(profile[low : low + max(1, int(0.4 * len(filled)))].min() / profile.max())


def _extent(profile: NDArray[np.intp]) -> int:
    return int(np.ptp(np.flatnonzero(profile))) + 1


def _midline(lungs: NDArray[np.bool_]) -> int:
    """Column with the least lung in the middle of what the lungs take up."""
    profile = lungs.sum(axis=(0, 1)).astype(float)
    columns = np.flatnonzero(profile)
    first, last = int(columns[0]), int(columns[-1])
    frame = lungs.shape[2] / 2
    width = last - first + 1
    if last < frame or first > frame:
        # One lung only: the middle of the picture is the best midline there is.
        return round(frame)
    low, high = first + round(0.3 * width), first + round(0.7 * width) + 1
    # Of equally empty columns, the most central.
    distance = np.abs(np.arange(low, high) - (first + last) / 2) / width
    return low + int(np.argmin(profile[low:high] + distance))


def _label_slice(part: NDArray[np.bool_], middle: int) -> NDArray[np.uint8]:
    components, count = ndimage.label(part)
    labels = np.zeros(part.shape, np.uint8)
    for number in range(1, count + 1):
        component = components == number
        left_share = float(component[:, middle:].sum() / component.sum())
        if 0.15 < left_share < 0.85:
            labels[component] = _cut(component, middle)[component]
        else:
            labels[component] = LEFT if left_share >= 0.5 else RIGHT
    return labels


def _cut(component: NDArray[np.bool_], middle: int) -> NDArray[np.uint8]:
    """Cut a component that crosses the midline; leave it whole if no cut is cheap."""
    path = _cheapest_path(component, middle)
    rows, columns = component.shape
    crossed = int(component[np.arange(rows), path].sum())
    height = int(component.any(axis=1).sum())
    if crossed > 0.5 * height:
        return np.full(component.shape, RIGHT, np.uint8)
    beyond = np.arange(columns)[None, :] >= path[:, None]
    return np.where(beyond, LEFT, RIGHT).astype(np.uint8)


def _cheapest_path(component: NDArray[np.bool_], middle: int) -> NDArray[np.intp]:
    """Column of each row of the path through the least lung, near the midline.

    Dynamic programming from the first row to the last; a step moves one column at most.
    """
    rows, columns = component.shape
    reach = max(2, columns // 6)
    low, high = max(0, middle - reach), min(columns, middle + reach + 1)
    distance = np.abs(np.arange(low, high) - middle) / (20 * columns)
    cost = component[:, low:high] + distance
    total = cost.copy()
    for row in range(1, rows):
        before = np.pad(total[row - 1], 1, constant_values=np.inf)
        total[row] += np.minimum(np.minimum(before[:-2], before[1:-1]), before[2:])
    path = np.empty(rows, np.intp)
    path[-1] = np.argmin(total[-1])
    for row in range(rows - 2, -1, -1):
        start = max(0, path[row + 1] - 1)
        path[row] = start + np.argmin(total[row, start : path[row + 1] + 2])
    return path + low
