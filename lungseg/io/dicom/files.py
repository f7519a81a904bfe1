"""DICOM files: which they are, and the frames that each of them holds."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from lungseg.errors import InputError
from lungseg.io.dicom.frame import Frame
from lungseg.io.dicom.tags import faults, items, number, numbers, text

SUFFIXES = frozenset({".dcm", ".dicom", ".ima"})

#: A header that claims more frames than any scanner makes is broken.
_MOST_FRAMES = 20_000


def is_dicom(path: Path) -> bool:
    """Tell by its content, or by its name, whether a file is DICOM.

    Examples
    --------
    >>> is_dicom(Path("no-such-file"))
    False
    """
    if path.name.upper() == "DICOMDIR":
        return False
    try:
        with path.open("rb") as file:
            start = file.read(132)
    except OSError:
        return False
    # Old files have no preamble and begin with a tag of the group 2 or 8.
    bare = path.suffix == "" and start[:2] in (b"\x02\x00", b"\x08\x00")
    return start[128:] == b"DICM" or bare or path.suffix.lower() in SUFFIXES


def frames_of(path: Path) -> list[Frame]:
    """Frames of a file, as its header describes them.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
        If the header is broken or describes no image.
    """
    import pydicom

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            header = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        except faults() as error:
            raise InputError(str(path), "the DICOM file is broken", "export it again") from error
        rows, columns = number(header, "Rows"), number(header, "Columns")
        if not rows or not columns:
            raise InputError(
                str(path),
                "the file holds no DICOM image",
                "give the file or the folder of a CT series",
            )
        count = int(number(header, "NumberOfFrames") or 1)
        if not 0 < count <= _MOST_FRAMES:
            raise InputError(str(path), f"it claims to hold {count} frames", "export it again")
        shape = (int(rows), int(columns))
        return [_frame(header, path, index, shape) for index in range(count)]


def _frame(header: Any, path: Path, index: int, shape: tuple[int, int]) -> Frame:
    groups = _groups(header, index)
    measures = [header, *_within(groups, "PixelMeasuresSequence")]
    kind = text(header, "ImageType").upper()
    return Frame(
        path=path,
        index=index,
        shape=shape,
        modality=text(header, "Modality").upper(),
        scout="LOCALIZER" in kind or "SCOUT" in kind,
        series=text(header, "SeriesInstanceUID"),
        name=text(header, "SeriesDescription") or text(header, "SeriesNumber"),
        number=number(header, "InstanceNumber"),
        position=_first(
            [header, *_within(groups, "PlanePositionSequence")], "ImagePositionPatient", 3
        ),
        directions=_first(
            [header, *_within(groups, "PlaneOrientationSequence")], "ImageOrientationPatient", 6
        ),
        spacing=_first(measures, "PixelSpacing", 2),
        thickness=_step(measures),
    )


def _groups(header: Any, index: int) -> list[Any]:
    """Functional groups of one frame: its own, then those that all frames share."""
    own = items(header, "PerFrameFunctionalGroupsSequence")
    return own[index : index + 1] + items(header, "SharedFunctionalGroupsSequence")


def _within(groups: list[Any], sequence: str) -> list[Any]:
    return [item for group in groups for item in items(group, sequence)]


def _first(holders: list[Any], tag: str, count: int) -> tuple[float, ...] | None:
    found = (numbers(holder, tag, count) for holder in holders)
    return next((values for values in found if values is not None), None)


def _step(holders: list[Any]) -> float | None:
    tags = ("SpacingBetweenSlices", "SliceThickness")
    found = (number(holder, tag) for tag in tags for holder in holders)
    return next((value for value in found if value), None)
