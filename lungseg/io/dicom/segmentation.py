"""Masks as DICOM segmentations, beside the series they were made of."""

from __future__ import annotations

import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.errors import InputError
from lungseg.infection_mask import InfectionMask
from lungseg.io.atomic import atomic_path
from lungseg.io.dicom.files import is_dicom
from lungseg.io.dicom.frame import Frame
from lungseg.io.dicom.segments import Code, Segment, segments_of
from lungseg.io.dicom.series import frames_at
from lungseg.io.dicom.tags import number, text
from lungseg.scan import LungMask

#: Without these a segmentation would be of nobody, or lie nowhere.
_NEEDED = (
    "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID",
    "FrameOfReferenceUID",
)  # fmt: skip

#: These the standard lets be empty, and files leave out.
_MAY_BE_EMPTY = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID",
    "StudyDate", "StudyTime", "ReferringPhysicianName",
)  # fmt: skip

_INSTEAD = "write .nii.gz in its place"


def save_segmentation(mask: LungMask | InfectionMask, path: Path) -> Path:
    """Write a mask as a DICOM segmentation of the series it was made of.

    Patient, study and frame of reference are those of the series, whose headers are read
    again; each slice of the mask names the image it belongs to and has its position.

    Parameters
    ----------
    mask : LungMask or InfectionMask
        ``source`` is the DICOM file or folder that its scan was read from.
    path : Path

    Returns
    -------
    Path
        The file written. It appears whole or not at all.

    Raises
    ------
    lungseg.InputError
        If the mask does not come from a DICOM series, or what the headers must say is
        missing.
    ModuleNotFoundError
        If highdicom is not installed.
    """
    require_highdicom()
    frames = _frames(mask)
    headers, labels = _headers(frames, mask.voxels, mask.source)
    segments = segments_of(mask)
    numbered = np.zeros_like(labels)
    for place, segment in enumerate(segments, start=1):
        numbered[labels == segment.label] = place
    with warnings.catch_warnings():
        # Of private tags and odd values in the headers of the series.
        warnings.simplefilter("ignore")
        written = _segmentation(mask, headers, numbered, segments)
        with atomic_path(path) as temporary:
            written.save_as(temporary)
    return path


def require_highdicom() -> None:
    """Raise ModuleNotFoundError where highdicom, the extra ``dicom-seg``, is not installed."""
    from importlib.util import find_spec

    if find_spec("highdicom") is None:
        raise ModuleNotFoundError(
            "a DICOM segmentation needs highdicom: pip install 'lungseg[dicom-seg]'"
        )


def _frames(mask: LungMask | InfectionMask) -> list[Frame]:
    """Find the image of each slice of the mask."""
    source = Path(mask.source).expanduser()
    if source.name.upper() == "DICOMDIR":
        source = source.parent
    files = source.rglob("*") if source.is_dir() else [source]
    if not any(file.is_file() and is_dicom(file) for file in files):
        raise InputError(
            mask.source,
            "a DICOM segmentation is written beside the DICOM series it belongs to, and this "
            "mask comes from none that can be found",
            f"{_INSTEAD}, or read the scan from its DICOM files",
        )
    frames, affine = frames_at(source)
    shape = (len(frames), *frames[0].shape)
    moved = (
        affine is not None
        and mask.affine is not None
        and not np.allclose(affine, mask.affine, atol=1e-3)
    )
    if shape != mask.shape or moved:
        raise InputError(
            mask.source, "the mask does not lie in the grid of this series", "mask the series again"
        )
    return frames


def _headers(
    frames: list[Frame], voxels: NDArray[np.uint8], source: str
) -> tuple[list[Any], NDArray[np.uint8]]:
    """Headers of the files, and the mask in their order of images."""
    import pydicom

    files = list(dict.fromkeys(frame.path for frame in frames))
    headers = [pydicom.dcmread(file, force=True, stop_before_pixels=True) for file in files]
    for header in headers:
        _complete(header, frames[0], source)
    if len(files) == len(frames):
        return headers, voxels
    if len(files) > 1:
        raise InputError(source, "its images lie in several files of several images each", _INSTEAD)
    labels = np.zeros((int(number(headers[0], "NumberOfFrames") or 1), *voxels.shape[1:]), np.uint8)
    labels[[frame.index for frame in frames]] = voxels
    return headers, labels


def _complete(header: Any, frame: Frame, source: str) -> None:
    missing = [tag for tag in _NEEDED if not text(header, tag)]
    places = {
        "ImagePositionPatient": frame.position,
        "ImageOrientationPatient": frame.directions,
        "PixelSpacing": frame.spacing,
    }
    missing += [tag for tag, value in places.items() if value is None]
    if missing:
        raise InputError(source, f"its DICOM headers lack {', '.join(missing)}", _INSTEAD)
    for tag in _MAY_BE_EMPTY:
        if tag not in header:
            setattr(header, tag, None)


def _segmentation(
    mask: LungMask | InfectionMask,
    headers: list[Any],
    labels: NDArray[np.uint8],
    segments: list[Segment],
) -> Any:
    import highdicom as hd

    content = "Lungs" if isinstance(mask, LungMask) else "Infection of the lungs"
    return hd.seg.Segmentation(
        source_images=headers,
        pixel_array=labels,
        segmentation_type="BINARY",
        segment_descriptions=[_described(place, part) for place, part in enumerate(segments, 1)],
        # A mask without any voxel still says so, slice by slice.
        omit_empty_frames=bool(labels.any()),
        series_instance_uid=hd.UID(),
        series_number=1000 + int(number(headers[0], "SeriesNumber") or 0),
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer="lungseg",
        manufacturer_model_name=f"lungseg {type(mask).__name__}",
        software_versions=version("lungseg"),
        device_serial_number=version("lungseg"),
        content_label="LUNGS" if isinstance(mask, LungMask) else "INFECTION",
        content_description=f"{content}, not for diagnosis",
        series_description=f"{content} (lungseg, not for diagnosis)",
    )


def _described(place: int, segment: Segment) -> Any:
    import highdicom as hd

    described = hd.seg.SegmentDescription(
        segment_number=place,
        segment_label=segment.name,
        segmented_property_category=_concept(segment.category),
        segmented_property_type=_concept(segment.kind),
        algorithm_type="AUTOMATIC",
        algorithm_identification=hd.AlgorithmIdentificationSequence(
            name="lungseg",
            family=_concept(("123110", "DCM", "Artificial Intelligence")),
            version=version("lungseg"),
        ),
        anatomic_regions=None if segment.region is None else [_concept(segment.region)],
        display_color=hd.color.CIELabColor.from_rgb(*segment.colour),
    )
    if segment.side is not None:
        # highdicom has no argument for it.
        described.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [
            _concept(segment.side)
        ]
    return described


def _concept(code: Code) -> Any:
    import highdicom as hd

    return hd.sr.CodedConcept(*code)
