"""What speaks for a mask, and what against it, without the truth."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.evaluation.dice import dice
from lungseg.inference.engine import Engine
from lungseg.inference.mark import Marks, as_marks, fit
from lungseg.postprocess.keep_lungs import keep_lungs
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window

#: How far the threshold is moved to either side.
_OFFSET = 0.1

#: How many slices are marked again, mirrored and in another window.
_AGAIN = 4


def gather_evidence(
    slices: NDArray[Any],
    view: Letterbox,
    engine: Marks | Engine,
    marks: NDArray[np.uint8],
    lungs: NDArray[np.bool_],
    *,
    threshold: float = 0.5,
) -> NDArray[np.float64]:
    """Gather the evidence for a mask.

    Parameters
    ----------
    slices : array of shape (slices, rows, columns)
    view : Letterbox
    engine : callable
    marks : uint8 array of shape (slices, frame rows, frame columns)
        As `mark_slices` found them.
    lungs : bool array of the same shape
        What was kept of them; not empty.
    threshold : float

    Returns
    -------
    float array of shape (8,)
        In the order of `lungseg.postprocess.confidence.EVIDENCE`: *stability* (Dice of a
        stricter with a looser threshold), agreement with the *flip*ped slices and with
        those in another *window*, *debris* (share of the marks that was kept),
        *certainty* (mean distance of the probabilities inside from one half), *contrast*
        (how much darker than its rim the mask is, in standard deviations of the rim),
        *border* (share of the contour that lies on the border of the picture), *area*
        (share of the picture).

    References
    ----------
    Kirillov et al., "Segment Anything", ICCV 2023 (the stability score). Wang et al.,
    "Aleatoric uncertainty estimation with test-time augmentation for medical image
    segmentation", Neurocomputing 2019.
    """
    level = round(255 * threshold)
    strict, loose = marks >= level + 255 * _OFFSET, marks >= level - 255 * _OFFSET
    raw = int((marks >= level).sum())
    held = np.flatnonzero(lungs.any(axis=(1, 2)))
    chosen = held[np.unique(np.linspace(0, len(held) - 1, _AGAIN).round().astype(int))]
    grey = fit(slices, chosen, view)
    found = lungs[chosen]
    # In one call: a slice alone keeps one core busy.
    both = engine(np.concatenate([grey[..., ::-1], _other_window(slices, chosen, view)]))
    flipped, windowed = np.split(both, 2)
    again, other = _kept(flipped[..., ::-1], threshold), _kept(windowed, threshold)
    return np.array(
        [
            dice(strict, loose),
            dice(found, again),
            dice(found, other),
            float(lungs.sum()) / max(int(lungs.sum()), raw),
            float(np.abs(marks[lungs].astype(np.float32) / 255 - 0.5).mean() * 2),
            float(np.mean([_contrast(*pair) for pair in zip(grey, found, strict=True)])),
            _border(found, view),
            float(lungs[held].mean()),
        ]
    )


def _kept(found: NDArray[np.float32], threshold: float) -> NDArray[np.bool_]:
    """Make a mask of probabilities, as of those that the mask in question was made of."""
    return keep_lungs(found >= threshold, as_marks(found))


def _other_window(slices: NDArray[Any], numbers: Any, view: Letterbox) -> NDArray[np.uint8]:
    """Show the slices in a lung window; display grey with a darker gamma."""
    if slices.dtype != np.uint8:
        return fit(slices, numbers, view, Window(-1350, 150))
    curve = np.rint(255 * (np.arange(256) / 255) ** 1.4).astype(np.uint8)
    return curve[fit(slices, numbers, view)]


def _contrast(grey: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
    """How much darker the mask is than the ring around it, at most 5 deviations."""
    small = mask.astype(np.uint8)
    ring = (cv2.dilate(small, np.ones((9, 9), np.uint8)) > 0) & ~mask
    if not mask.any() or not ring.any():
        return 0.0
    spread = max(float(grey[ring].std()), 10.0)
    return float(np.clip((grey[ring].mean() - grey[mask].mean()) / spread, -5, 5))


def _border(masks: NDArray[np.bool_], view: Letterbox) -> float:
    """Share of the contour that lies on the border of what is shown."""
    rows, columns = view.inner
    top, left = view.corner
    shown = masks[:, top : top + rows, left : left + columns]
    edge = np.ones(shown.shape[1:], bool)
    edge[1:-1, 1:-1] = False
    contour = sum(int((part & ~_eroded(part)).sum()) for part in shown)
    return float((shown & edge).sum()) / max(1, contour)


def _eroded(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Erode by one pixel; beyond the border there is nothing."""
    padded = np.pad(mask.astype(np.uint8), 1)
    return np.asarray(cv2.erode(padded, np.ones((3, 3), np.uint8))[1:-1, 1:-1] > 0)
