"""DICOM files, written for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid


def make_slice(
    stored: np.ndarray,
    *,
    position: float = 0.0,
    number: int = 1,
    series: str = "1.2.3",
    **tags: Any,
) -> FileDataset:
    """One axial CT slice; a tag given as None is left out."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    signed = stored.dtype.kind == "i"
    bits = stored.dtype.itemsize * 8
    values = {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
        "SeriesInstanceUID": series,
        "Modality": "CT",
        "PhotometricInterpretation": "MONOCHROME2",
        "SamplesPerPixel": 1,
        "PixelRepresentation": int(signed),
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "Rows": stored.shape[0],
        "Columns": stored.shape[1],
        "PixelSpacing": [0.7, 0.8],
        "SliceThickness": 5.0,
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "ImagePositionPatient": [0.0, 0.0, position],
        "InstanceNumber": number,
        "RescaleSlope": 1,
        "RescaleIntercept": -1024,
        **tags,
    }
    for tag, value in values.items():
        if value is not None:
            setattr(dataset, tag, value)
    dataset.PixelData = np.ascontiguousarray(stored).tobytes()
    return dataset


def write(dataset: FileDataset, path: Path) -> Path:
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)
    return path


def stored_chest(scan: Any) -> np.ndarray:
    """Axial slices of a scan as a scanner stores them: HU + 1024, unsigned."""
    return (scan.axial().astype(np.int32) + 1024).astype(np.uint16)
