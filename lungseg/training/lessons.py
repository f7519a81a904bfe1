"""Pictures with whatever is known of them: lesions, lungs, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.io.masks import read_mask
from lungseg.io.reader import read
from lungseg.manifest import Manifest, read_manifest
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window
from lungseg.training.lesion_bank import LesionBank

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Lesson:
    """A picture that a trunk is pretrained on.

    Parameters
    ----------
    picture : uint8 array of shape (rows, columns)
    group : str
        Patient or volume.
    lesions, lungs : bool arrays of the same shape, optional
        None where it is not known.
    """

    picture: NDArray[np.uint8]
    group: str
    lesions: Mask | None = None
    lungs: Mask | None = None


def read_lesions(
    manifest: Path,
    *,
    quarter_turns: int = 0,
    every: int = 1,
    repeat_single: int = 1,
    drop: Iterable[str] = (),
) -> list[Lesson]:
    """Read pictures and the masks of their lesions.

    Parameters
    ----------
    manifest : Path
        CSV with ``file``, ``mask`` and ``case``; a picture without a case stands for
        itself.
    quarter_turns : int
        Anticlockwise turns that bring the pictures upright.
    every : int
        Neighbouring slices of a volume are alike: of the pictures with a case every
        so-manieth is taken.
    repeat_single : int
        How often pictures without a case are taken, 0 for not at all: experts drew their
        masks.
    drop : iterable of str
        Names of files that are left out.

    Returns
    -------
    list of Lesson

    Raises
    ------
    lungseg.InputError
        If the manifest lacks a column, or a file cannot be read.
    """
    labelled = read_manifest(manifest, need=("mask",), patient="case").without(drop)
    rows = labelled.thinned(every).rows
    single = [row for row in rows if not row.patient] * repeat_single
    chosen = [*single, *(row for row in rows if row.patient)]
    lessons = []
    for row in chosen:
        scan = read(row.file)
        lesions = read_mask(row.mask, scan, soft=True)[0]
        picture, turned = (
            np.ascontiguousarray(np.rot90(array, quarter_turns))
            for array in (scan.voxels[0], lesions)
        )
        lessons.append(Lesson(picture, row.patient or row.file.name, lesions=turned))
    return lessons


def read_lungs(
    manifest: Path, *, size: int, healthy: bool = False, drop: Iterable[str] = ()
) -> list[Lesson]:
    """Read slices and the masks of their lungs, fitted into a square.

    Parameters
    ----------
    manifest : Path
        CSV with ``file``, ``mask`` and ``patient``; of one with splits only the training
        split is read.
    size : int
        Side of the square, which keeps the memory small.
    healthy : bool
        It is known that there are no lesions; `LessonData` may blend some in.
    drop : iterable of str
        As in `read_lesions`.

    Returns
    -------
    list of Lesson
    """
    rows = read_manifest(manifest, need=("mask",)).without(drop)
    return [
        Lesson(
            picture,
            row.patient,
            lesions=np.zeros(picture.shape, bool) if healthy else None,
            lungs=_framed(read_mask(row.mask, scan)[0], size) > 0,
        )
        for row, scan, picture in _pictures(rows, size)
    ]


def read_unlabelled(manifest: Path, *, size: int) -> list[Lesson]:
    """Read pictures of which nothing is known; as `read_lungs`."""
    rows = read_manifest(manifest, need=())
    return [Lesson(picture, row.patient) for row, _, picture in _pictures(rows, size)]


def bank_of(lessons: Iterable[Lesson]) -> LesionBank:
    """Take the lesions of lessons, to be blended into healthy lungs.

    Parameters
    ----------
    lessons : iterable of Lesson
        Of those whose lesions are known and whose lungs can be made out.

    Returns
    -------
    LesionBank
    """
    return LesionBank.of_drawn(
        (lesson.picture, lesson.lesions, False)
        for lesson in lessons
        if lesson.lesions is not None and lesson.lesions.any()
    )


def _pictures(manifest: Manifest, size: int) -> Iterator[tuple[Any, Any, NDArray[np.uint8]]]:
    rows = manifest.split("train") if any(row.split for row in manifest.rows) else manifest
    for row in rows.rows:
        scan = read(row.file)
        yield row, scan, _framed(Window().apply(scan.voxels[0]), size)


def _framed(array: NDArray[Any], size: int) -> NDArray[np.uint8]:
    return Letterbox((array.shape[0], array.shape[1]), size).apply(array.astype(np.uint8))
