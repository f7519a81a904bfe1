"""From a scan and its lungs to the mask of its infection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.evaluation.area_interval import area_bounds
from lungseg.infection_mask import CLASSES, KINDS, InfectionMask
from lungseg.inference.lung_view import lung_box
from lungseg.inference.mark import fit
from lungseg.inference.reach import reach_beyond
from lungseg.inference.turns import average_turns, count_turns, is_few
from lungseg.preprocess.body_box import body_box
from lungseg.preprocess.contrast import adjust_contrast
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window
from lungseg.scan import LungMask, Scan

Within = Literal["lungs", "near", "picture"]

#: Slices that are worked on at a time: bounds the memory.
_CHUNK = 16

#: What the sides of other frames than the network's own are divisible by.
_STEP = 32

#: Radius of the ball with which "near" closes the outline of each lung, as a share of the
#: longer side of the lungs' box: a masker cuts notches into it where consolidation touches
#: the pleura. A larger one takes the dome of the liver for a notch. To grow the lungs instead
#: would take in the chest wall, where the network, which was taught on pictures cropped to the
#: lungs, sees infection. In such pictures, where no body is seen as a whole, they are grown by
#: the second number.
_CLOSED, _GROWN = 0.03, 0.06

#: How far regions that begin in all this may reach beyond it, as a share of the same side.
_BEYOND = 0.05

Floats = NDArray[np.float32]


class _Planes(NamedTuple):
    """What is known of one slice, in its own grid."""

    number: int
    infection: Floats
    lung: Floats
    dense: Floats


class _Look(NamedTuple):
    """Classes of one slice, in the frame it was looked at in."""

    view: Letterbox
    found: Floats


@dataclass(frozen=True)
class InfectionFinder:
    """Mark the infection of one scan: what `InfectionSegmenter` does with a trained network.

    Parameters
    ----------
    classes : callable
        From grey slices of any size to the probability of each class of each pixel, an array
        of shape (slices, rows, columns, classes) as in `InfectionLoss.call`.
    input_size, scales, threshold, turns, trim, clahe, standardise, within
        As in `InfectionSegmenter`.
    spread : float or None
        How far the threshold may lie off, in logits, for the interval of the infected
        voxels; None where that was never measured.
    """

    classes: Callable[[NDArray[np.uint8]], Floats]
    input_size: int
    scales: tuple[float, ...]
    threshold: float
    turns: int
    trim: float
    clahe: float
    standardise: bool
    within: Within
    spread: float | None

    def find(self, scan: Scan, lungs: LungMask | None) -> InfectionMask:
        """Mark the infection of a scan, in its own grid."""
        known = None if lungs is None else lungs.axial()
        shape = scan.axial().shape
        voxels = np.zeros(shape, np.uint8) if known is None else np.minimum(known, 1)
        least, most, kinds = 0, 0, False
        for plane in self.planes(scan, lungs):
            part = voxels[plane.number]
            if known is None:
                part[plane.lung >= self.threshold] = 1
            ill = plane.infection >= self.threshold
            part[ill] = 2
            if plane.dense.size:
                kinds = True
                part[ill & (plane.dense > plane.infection / 2)] = 3
            fewer, more = area_bounds(plane.infection, self.threshold, self.spread or 0.0)
            least, most = least + fewer, most + more
        return InfectionMask(
            np.ascontiguousarray(scan.order.undo(voxels)),
            scan.affine,
            scan.source,
            classes=KINDS if kinds else CLASSES,
            interval=None if self.spread is None else (least, most),
            warnings=_warnings(scan, known),
        )

    def probability(self, scan: Scan, lungs: LungMask | None) -> Floats:
        """Probability of infection of each voxel, in the scan's grid."""
        found = np.zeros(scan.axial().shape, np.float32)
        for plane in self.planes(scan, lungs):
            found[plane.number] = plane.infection
        return np.ascontiguousarray(scan.order.undo(found))

    def planes(self, scan: Scan, lungs: LungMask | None) -> Iterator[_Planes]:
        """Go through the slices that are looked at, a few in memory at a time."""
        slices = scan.axial()
        # Labels and no boolean copy of them: long scans fill the memory.
        known = None if lungs is None else lungs.axial()
        numbers = self._numbers(len(slices), known)
        if not numbers:
            return
        box = None if known is None else lung_box(known)
        shape = (slices.shape[1], slices.shape[2])
        views = [Letterbox(shape, size, box) for size in self._sizes(len(slices))]
        cropped = len(slices) == 1 and body_box(Window().apply(slices[0])) is None
        beyond = _BEYOND * max(views[0].shown) if self.within == "near" else 0.0
        classes = average_turns(self.classes, count_turns(self.turns, len(slices)))
        for start in range(0, len(numbers), _CHUNK):
            chunk = numbers[start : start + _CHUNK]
            found = [classes(self._shown(slices, chunk, view)) for view in views]
            for place, index in enumerate(chunk):
                looks = [_Look(view, part[place]) for view, part in zip(views, found, strict=True)]
                allowed = None if known is None else self._allowed(known[index], views[0], cropped)
                yield _in_grid(index, looks, allowed, beyond)

    def _sizes(self, count: int) -> list[int]:
        """Sides of the frames that slices are looked at in."""
        if not is_few(count):
            return [self.input_size]
        return frame_sides(self.input_size, self.scales)

    def _numbers(self, count: int, known: NDArray[np.uint8] | None) -> list[int]:
        """Slices that are looked at: those with lung, without what is trimmed."""
        first, last = round(self.trim * count), count - round(self.trim * count)
        return [i for i in range(first, last) if known is None or known[i].any()]

    def _shown(self, slices: NDArray[Any], numbers: list[int], view: Letterbox) -> Any:
        grey = fit(slices, numbers, view)
        return np.stack([adjust_contrast(part, self.clahe, self.standardise) for part in grey])

    def _allowed(
        self, lungs: NDArray[np.uint8], view: Letterbox, cropped: bool
    ) -> NDArray[np.bool_] | None:
        if self.within == "picture":
            return None
        if self.within == "lungs":
            return np.asarray(lungs > 0)
        reach = max(1, round((_GROWN if cropped else _CLOSED) * max(view.shown)))
        return _grown(lungs, reach) if cropped else _closed(lungs, reach)


def frame_sides(input_size: int, scales: Iterable[float]) -> list[int]:
    """Sides of the frames that a few slices are looked at in.

    Examples
    --------
    >>> frame_sides(256, (1, 1.25))
    [256, 320]
    """

    def scaled(scale: float) -> int:
        return input_size if scale == 1 else max(1, round(input_size * scale / _STEP)) * _STEP

    return sorted({scaled(scale) for scale in scales})


def _ball(reach: int) -> NDArray[np.uint8]:
    size = (2 * reach + 1, 2 * reach + 1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size))


def _grown(lungs: NDArray[np.uint8], reach: int) -> NDArray[np.bool_]:
    return np.asarray(cv2.dilate((lungs > 0).astype(np.uint8), _ball(reach)) > 0)


def _closed(lungs: NDArray[np.uint8], reach: int) -> NDArray[np.bool_]:
    """Fill the notches in the outline of each lung; the chest wall around it stays out."""
    # What touches the edge of the picture goes on beyond it.
    padded = np.pad(lungs, reach, mode="edge")
    closed = np.zeros(padded.shape, bool)
    for label in np.unique(lungs[lungs > 0]):
        one = (padded == label).astype(np.uint8)
        closed |= cv2.morphologyEx(one, cv2.MORPH_CLOSE, _ball(reach)) > 0
    return closed[reach:-reach, reach:-reach]


def _in_grid(
    index: int, looks: list[_Look], allowed: NDArray[np.bool_] | None, beyond: float
) -> _Planes:
    """Bring the classes of one slice, from every look at it, back to its own grid."""
    count = looks[0].found.shape[-1]
    nothing = np.zeros((0, 0), np.float32)
    infection = _mean(looks, lambda f: f[..., 0] if count == 1 else f[..., 2:].sum(axis=-1))
    if allowed is not None:
        if beyond:
            allowed = reach_beyond(allowed, infection, most=beyond)
        infection = np.where(allowed, infection, np.float32(0))
    lung = infection if count == 1 else _mean(looks, lambda f: 1 - f[..., 0])
    dense = _mean(looks, lambda f: f[..., 3]) if count == 4 else nothing
    return _Planes(index, infection, lung, dense)


def _mean(looks: list[_Look], part: Callable[[Floats], Floats]) -> Floats:
    """Mean over the looks, in the slice's own grid, of a part of the classes."""
    found = [look.view.undo(part(look.found)) for look in looks]
    return np.asarray(sum(found[1:], found[0]) / np.float32(len(found)))


def _warnings(scan: Scan, known: NDArray[np.uint8] | None) -> tuple[str, ...]:
    if known is None or known.any():
        return ()
    return (f"{scan.source}: no lungs were found, and no infection was sought",)
