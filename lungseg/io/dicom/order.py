"""The slices of a series in the order in which they lie in the patient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor.finding import Finding
from lungseg.geometry import Affine
from lungseg.io.dicom.frame import Frame

#: Slices nearer to each other than this (mm) lie at one place.
_SAME_PLACE = 1e-3


def in_order(frames: Sequence[Frame]) -> tuple[list[Frame], Affine | None, list[Finding]]:
    """Order slices by their position, and find where they lie.

    Parameters
    ----------
    frames : sequence of Frame
        Of one series, direction and size.

    Returns
    -------
    frames : list of Frame
        Along their normal, each place once; by number where positions are missing.
    affine : array of shape (4, 4) or None
        From (slice, row, column) to millimetres in RAS+; None where no spacing is known.
    findings : list of Finding
    """
    if any(frame.position is None for frame in frames):
        return _by_number(frames)
    normal = frames[0].normal
    along = np.array([normal @ np.array(frame.position) for frame in frames])
    order = sorted(range(len(frames)), key=lambda i: (along[i], frames[i].number or 0))
    fresh = np.concatenate([[True], np.diff(along[order]) > _SAME_PLACE])
    kept = [i for i, new in zip(order, fresh, strict=True) if new]
    ordered = [frames[i] for i in kept]
    steps = np.diff(along[kept])
    findings = [
        *_repeats(len(frames) - len(kept)),
        *_gaps(steps),
        *_tilt(ordered, along[kept], normal),
    ]
    return ordered, _affine(ordered[0], _typical(steps)), findings


def _by_number(
    frames: Sequence[Frame],
) -> tuple[list[Frame], Affine | None, list[Finding]]:
    ordered = sorted(frames, key=lambda f: (f.number or 0, _natural(f.path.name), f.index))
    affine = _affine(ordered[0], None)
    if len(ordered) == 1:
        return ordered, affine, []
    message = "positions are missing, so the slices were ordered by their number"
    return ordered, affine, [_warning("no-position", message, "check that they run in order")]


def _natural(name: str) -> tuple[int, str]:
    """Key that sorts IM2 before IM10."""
    digits = "".join(c for c in name if c.isdigit())
    return int(digits or 0), name


def _typical(steps: NDArray[np.float64]) -> float | None:
    """Distance between slices; the mean of regular ones is free of rounding."""
    if not len(steps):
        return None
    return float(np.median(steps) if _is_gappy(steps) else np.mean(steps))


def _is_gappy(steps: NDArray[np.float64]) -> bool:
    return len(steps) > 1 and float(steps.max()) > 1.2 * float(np.median(steps))


def _repeats(count: int) -> list[Finding]:
    if not count:
        return []
    message = f"{count} slices lie where another one does and were left out"
    return [_warning("repeated-slices", message, "export one reconstruction only")]


def _gaps(steps: NDArray[np.float64]) -> list[Finding]:
    if not _is_gappy(steps):
        return []
    message = f"gaps between slices reach {steps.max():g} mm, usually {np.median(steps):g} mm"
    return [_warning("missing-slices", message, "export the whole series")]


def _tilt(
    frames: Sequence[Frame], along: NDArray[np.float64], normal: NDArray[np.float64]
) -> list[Finding]:
    """Warn where slices are offset sideways: one affine of right angles cannot tell that."""
    aside = np.array([frame.position for frame in frames]) - along[:, None] * normal
    offset = float(np.linalg.norm(aside - aside[0], axis=1).max())
    if offset <= 1:
        return []
    message = f"the slices are shifted sideways by up to {offset:.0f} mm: a tilted gantry"
    return [_warning("tilted-gantry", message, "resample the series before measuring volumes")]


def _affine(first: Frame, step: float | None) -> Affine | None:
    if first.spacing is None:
        return None
    affine = np.eye(4)
    affine[:3, 0] = first.normal * abs(step or first.thickness or 1.0)
    affine[:3, 1] = first.axes[1] * first.spacing[0]
    affine[:3, 2] = first.axes[0] * first.spacing[1]
    affine[:3, 3] = first.position or 0
    affine[:2] *= -1
    return affine


def _warning(code: str, message: str, mend: str) -> Finding:
    return Finding("warning", code, message, mend)
