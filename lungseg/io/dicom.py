"""DICOM: single files, and folders in which a series has to be found."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor.finding import Finding
from lungseg.errors import InputError
from lungseg.geometry import Affine
from lungseg.io.raw import RawScan
from lungseg.scan import Units

SUFFIXES = frozenset({".dcm", ".dicom", ".ima"})

#: HU of what lies outside the scanner's field of view.
_PADDING_HU = -1024


def is_dicom(path: Path) -> bool:
    """Tell by its content, or by its name, whether a file is DICOM with an image.

    Examples
    --------
    >>> is_dicom(Path("no-such-file"))
    False
    """
    try:
        with path.open("rb") as file:
            if file.read(132)[128:] == b"DICM":
                return path.name.upper() != "DICOMDIR"
    except OSError:
        return False
    return path.suffix.lower() in SUFFIXES


def read_file(path: Path) -> RawScan:
    """Read one DICOM file: a slice, or the frames of a multi-frame object.

    Raises
    ------
    InputError
        If it is broken, holds no image, or is not CT.
    """
    return _assemble([_header(path)], str(path), ())


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
    series: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    findings: list[Finding] = []
    problems: list[InputError] = []
    for path in files:
        if is_dicom(path):
            try:
                header = _header(path)
                series[_series_key(header)].append(header)
            except InputError as error:
                problems.append(error)
    if not series:
        raise problems[0]
    if problems:
        findings.append(
            _warning(
                "skipped-files",
                f"{len(problems)} files were left out, the first because {problems[0].cause}",
                "export the series again",
            )
        )
    chosen = max(series.values(), key=len)
    others = [group for group in series.values() if group is not chosen]
    if others:
        findings.append(_name_the_others(chosen, others))
    return _assemble(chosen, str(folder), tuple(findings))


# === Headers ===


def _header(path: Path) -> Any:
    """Header of a file that holds a CT image; its path is kept beside it."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            header = pydicom.dcmread(path, force=True, stop_before_pixels=True)
            known = "Rows" in header and "Columns" in header
        except (
            InvalidDicomError,
            OSError,
            ValueError,
            EOFError,
            KeyError,
            AttributeError,
        ) as error:
            raise InputError(str(path), "the DICOM file is broken", "export it again") from error
    if not known:
        raise InputError(
            str(path), "the file holds no DICOM image", "give the file or the folder of a CT series"
        )
    modality = str(header.get("Modality") or "CT")
    if modality != "CT":
        raise InputError(str(path), f"its modality is {modality} and not CT", "give a CT series")
    header.path = path
    return header


def _series_key(header: Any) -> tuple[Any, ...]:
    """Slices of one series, direction and size belong together; scouts do not."""
    directions = tuple(np.round(_directions(header), 2).tolist())
    series = str(header.get("SeriesInstanceUID", ""))
    return series, directions, int(header.Rows), int(header.Columns)


def _name_the_others(chosen: list[Any], others: list[list[Any]]) -> Finding:
    names = ", ".join(f"{_name(group[0])} ({len(group)})" for group in others)
    return _warning(
        "several-series",
        f"the folder holds several series: the largest, {_name(chosen[0])} ({len(chosen)} "
        f"files), was taken and these were not: {names}",
        "give each series a folder of its own",
    )


def _name(header: Any) -> str:
    for tag in ("SeriesDescription", "SeriesNumber", "SeriesInstanceUID"):
        if header.get(tag) not in (None, ""):
            return f"“{header.get(tag)}”"
    return "without a name"


def _directions(header: Any) -> NDArray[np.float64]:
    """Directions of growing column and row numbers; those of axial slices by default."""
    values = header.get("ImageOrientationPatient")
    if values is None or len(values) != 6:
        return np.array([1.0, 0, 0, 0, 1, 0])
    return np.array([float(value) for value in values])


def _normal(header: Any) -> NDArray[np.float64]:
    directions = _directions(header)
    return np.cross(directions[:3], directions[3:])


def _position(header: Any) -> NDArray[np.float64] | None:
    values = header.get("ImagePositionPatient")
    return None if values is None or len(values) != 3 else np.array([float(v) for v in values])


def _number(header: Any, tag: str) -> float | None:
    try:
        value = header.get(tag)
        return None if value in (None, "") else float(value)
    except (TypeError, ValueError):
        return None


# === Series ===


def _assemble(headers: list[Any], source: str, findings: tuple[Finding, ...]) -> RawScan:
    """Order the slices, decode them and work out where they lie."""
    headers, along, noticed = _in_order(headers)
    pixels = [_pixels(header) for header in headers]
    values = np.concatenate([part for part, _ in pixels])
    units: Units | None = "HU" if all(known for _, known in pixels) else None
    if units is None:
        noticed.append(Finding("info", "no-rescale", "rescale slope and intercept are missing", ""))
    affine = _affine(headers[0], along, len(values))
    return RawScan(values, source, affine, units, (*findings, *noticed))


def _in_order(headers: list[Any]) -> tuple[list[Any], NDArray[np.float64] | None, list[Finding]]:
    """Slices by position along their normal; by number where no position is known."""
    positions = [_position(header) for header in headers]
    if len(headers) == 1 or any(position is None for position in positions):
        ordered = sorted(headers, key=lambda h: (_number(h, "InstanceNumber") or 0, str(h.path)))
        return ordered, None, []
    normal = _normal(headers[0])
    along = np.array([float(normal @ position) for position in positions])  # type: ignore[operator]
    order = np.argsort(along, kind="stable")
    steps = np.diff(along[order])
    fresh = np.concatenate([[True], steps > 1e-3])
    findings = []
    if not fresh.all():
        findings.append(
            _warning(
                "repeated-slices",
                f"{int((~fresh).sum())} slices lie where another one does and were left out",
                "export one reconstruction only",
            )
        )
    kept = order[fresh]
    gaps = np.diff(along[kept])
    if len(gaps) > 1 and gaps.max() > 1.5 * np.median(gaps):
        findings.append(
            _warning(
                "missing-slices",
                f"gaps between slices reach {gaps.max():g} mm, usually {np.median(gaps):g} mm",
                "export the whole series",
            )
        )
    return [headers[i] for i in kept], along[kept], findings


def _affine(header: Any, along: NDArray[np.float64] | None, count: int) -> Affine | None:
    """Affine of (slice, row, column) to RAS+."""
    spacing = header.get("PixelSpacing")
    if spacing is None or len(spacing) != 2:
        return None
    directions, normal = _directions(header), _normal(header)
    if along is not None and count > 1:
        step = float(along[-1] - along[0]) / (count - 1)
    else:
        step = _number(header, "SpacingBetweenSlices") or _number(header, "SliceThickness") or 1.0
    position = _position(header)
    affine = np.eye(4)
    affine[:3, 0] = normal * abs(step)
    affine[:3, 1] = directions[3:] * float(spacing[0])
    affine[:3, 2] = directions[:3] * float(spacing[1])
    affine[:3, 3] = 0 if position is None else position
    affine[:2] *= -1
    return affine


# === Pixels ===


def _pixels(header: Any) -> tuple[NDArray[Any], bool]:
    """Values of shape (frames, rows, columns), and whether they are known to be HU."""
    import pydicom

    source = str(header.path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            whole = pydicom.dcmread(header.path, force=True)
            if "TransferSyntaxUID" not in whole.file_meta:
                whole.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
            stored = whole.pixel_array
        except Exception as error:
            # Decoders of compressed pixels raise whatever they like.
            raise InputError(
                source, "its pixels are cut off or cannot be decoded", "export it again"
            ) from error
    if int(whole.get("SamplesPerPixel", 1)) > 1:
        raise InputError(source, "it is a colour image and no CT slice", "give the CT series")
    frames = stored[None] if stored.ndim == 2 else stored
    slope, intercept = _rescale(whole)
    values = _turned(frames, whole, slope or 1.0, intercept or 0.0)
    if slope is None:
        return values, False
    return _to_hu(values, frames, whole, slope, intercept or 0.0), True


def _rescale(dataset: Any) -> tuple[float | None, float | None]:
    """Slope and intercept; a multi-frame object keeps them in its functional groups."""
    for holder in (dataset, *_shared_groups(dataset)):
        slope, intercept = _number(holder, "RescaleSlope"), _number(holder, "RescaleIntercept")
        if slope is not None or intercept is not None:
            return slope or 1.0, intercept or 0.0
    return None, None


def _shared_groups(dataset: Any) -> list[Any]:
    groups = dataset.get("SharedFunctionalGroupsSequence") or []
    return [item for group in groups for item in group.get("PixelValueTransformationSequence", [])]


def _turned(frames: NDArray[Any], dataset: Any, slope: float, intercept: float) -> NDArray[Any]:
    """Turn MONOCHROME1, where the least value is white."""
    wide = frames.astype(np.int32)
    if str(dataset.get("PhotometricInterpretation", "")) != "MONOCHROME1":
        return wide
    bits = int(dataset.get("BitsStored", 16))
    signed = int(dataset.get("PixelRepresentation", 0)) == 1
    turned = -1 - wide if signed else (1 << bits) - 1 - wide
    if turned.min() * slope + intercept > 1000:
        # Written within a smaller range than the header says: turn within the data's own.
        turned = int(wide.max()) + int(wide.min()) - wide
    return turned


def _to_hu(
    values: NDArray[Any], stored: NDArray[Any], dataset: Any, slope: float, intercept: float
) -> NDArray[Any]:
    hu = np.rint(values * slope + intercept).astype(np.int32)
    padding = _number(dataset, "PixelPaddingValue")
    return hu if padding is None else np.where(stored == padding, _PADDING_HU, hu)


def _warning(code: str, message: str, mend: str) -> Finding:
    return Finding("warning", code, message, mend)
