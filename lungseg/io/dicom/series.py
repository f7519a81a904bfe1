"""One series: from one file, or found in a folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor.finding import Finding
from lungseg.errors import InputError
from lungseg.geometry import Affine
from lungseg.io.dicom.files import frames_of, is_dicom
from lungseg.io.dicom.frame import Frame
from lungseg.io.dicom.order import in_order
from lungseg.io.dicom.pixels import read_pixels
from lungseg.io.raw import RawScan


def read_file(path: Path) -> RawScan:
    """Read one DICOM file: a slice, or the frames of a multi-frame object.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
        If it is broken, holds no image, or is not CT.
    """
    return _largest(frames_of(path), str(path), [])


def read_folder(folder: Path, files: Sequence[Path]) -> RawScan:
    """Read the largest series of a folder, its slices ordered by position.

    Parameters
    ----------
    folder : Path
    files : sequence of Path
        The files in it.

    Raises
    ------
    InputError
        If no file holds a CT image.
    """
    frames, problems = _gather(files)
    return _largest(frames, str(folder), _skipped(problems))


def frames_at(path: Path) -> tuple[list[Frame], Affine | None]:
    """Frames of a series as `read_file` and `read_folder` take and order them.

    Parameters
    ----------
    path : Path
        A file or a folder.

    Returns
    -------
    frames : list of Frame
        Frame i is slice i of the scan that is read from here.
    affine : array of shape (4, 4) or None

    Raises
    ------
    InputError
        If there is no CT image.
    """
    if path.is_dir():
        frames = _gather(sorted(file for file in path.rglob("*") if file.is_file()))[0]
    else:
        frames = frames_of(path)
    ordered, affine, _ = in_order(_choose(frames, str(path))[0])
    return ordered, affine


def _gather(files: Sequence[Path]) -> tuple[list[Frame], list[InputError]]:
    """Frames of all files, and what is wrong with those that have none."""
    frames: list[Frame] = []
    problems: list[InputError] = []
    for path in filter(is_dicom, files):
        try:
            frames += frames_of(path)
        except InputError as error:
            problems.append(error)
    if not frames:
        raise problems[0]
    return frames, problems


def _choose(frames: list[Frame], source: str) -> tuple[list[Frame], list[list[Frame]]]:
    """Take the largest CT series of these frames, and name the others."""
    families: dict[tuple[Any, ...], list[Frame]] = defaultdict(list)
    for frame in _only_ct(frames, source):
        families[frame.family].append(frame)
    chosen = max(families.values(), key=len)
    return chosen, [family for family in families.values() if family is not chosen]


def _largest(frames: list[Frame], source: str, findings: list[Finding]) -> RawScan:
    chosen, others = _choose(frames, source)
    ordered, affine, noticed = in_order(chosen)
    values, known = _stack(ordered)
    if not known:
        noticed.append(Finding("info", "no-rescale", "rescale slope and intercept are missing"))
    findings = [*findings, *_name_the_others(chosen, others), *noticed]
    return RawScan(values, source, affine, "HU" if known else None, tuple(findings))


def _only_ct(frames: list[Frame], source: str) -> list[Frame]:
    """Leave out other modalities and localizers, if anything else is there."""
    ct = [frame for frame in frames if frame.modality in ("", "CT")]
    if not ct:
        modality = frames[0].modality
        raise InputError(source, f"its modality is {modality} and not CT", "give a CT series")
    slices = [frame for frame in ct if not frame.scout]
    if not slices:
        raise InputError(
            source, "it is a localizer and no CT slice", "give the series that was planned on it"
        )
    return slices


def _stack(frames: list[Frame]) -> tuple[NDArray[Any], bool]:
    """Pixels of the frames in this order; each file is decoded once."""
    slots: dict[Path, list[int]] = defaultdict(list)
    for slot, frame in enumerate(frames):
        slots[frame.path].append(slot)
    values = np.empty((len(frames), *frames[0].shape), np.int16)
    all_known = True
    for path, places in slots.items():
        part, known = read_pixels(path)
        if len(part) <= max(frames[place].index for place in places):
            raise InputError(str(path), "frames are missing in it", "export it again")
        if part.dtype != values.dtype:
            values = values.astype(np.result_type(values, part))
        for place in places:
            values[place] = part[frames[place].index]
        all_known = all_known and known
    return values, all_known


def _skipped(problems: list[InputError]) -> list[Finding]:
    if not problems:
        return []
    message = (
        f"{len(problems)} files were left out, the first, {Path(problems[0].source).name}, "
        f"because {problems[0].cause}"
    )
    return [Finding("warning", "skipped-files", message, "export the series again")]


def _name_the_others(chosen: list[Frame], others: list[list[Frame]]) -> list[Finding]:
    if not others:
        return []
    names = ", ".join(_name(family) for family in others)
    message = (
        f"there are several series: the largest, {_name(chosen)}, was taken and these were "
        f"not: {names}"
    )
    return [Finding("warning", "several-series", message, "give each series a folder of its own")]


def _name(family: list[Frame]) -> str:
    name = family[0].name or family[0].series or "without a name"
    return f"“{name}” ({len(family)} slices)"
