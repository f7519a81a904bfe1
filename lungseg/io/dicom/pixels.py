"""Pixels of a DICOM file, decoded and brought to HU."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.errors import InputError
from lungseg.io.dicom.tags import items, number, text

#: HU of what lies outside the scanner's field of view.
_PADDING_HU = -1024

#: Where the darkest value of a slice of the chest lies: in air.
_AIR_HU = (-1100, -850)


def read_pixels(path: Path) -> tuple[NDArray[Any], bool]:
    """Read the pixels of a file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    values : int16 or int32 array of shape (frames, rows, columns)
    known : bool
        Whether they are known to be HU.

    Raises
    ------
    InputError
        If they cannot be decoded, or are in colour.
    """
    dataset, stored = _decode(path)
    if stored.ndim not in (2, 3) or int(number(dataset, "SamplesPerPixel") or 1) > 1:
        raise InputError(
            str(path), "it is a colour image and no CT slice", "give the CT series itself"
        )
    frames = stored[None] if stored.ndim == 2 else stored
    slopes, intercepts, known = _rescale(dataset, len(frames))
    values = _turned(frames, dataset, float(slopes[0]), float(intercepts[0]))
    if np.any(slopes != 1) or np.any(intercepts % 1):
        values = np.rint(values * slopes[:, None, None] + intercepts[:, None, None])
    else:
        values = values + intercepts[:, None, None].astype(np.int32)
    padding = _padding(frames, dataset)
    if padding is not None:
        values = np.where(padding, _PADDING_HU, values)
    # Grey of 8 bits with a rescale that changes nothing has been windowed.
    windowed = frames.dtype.itemsize == 1 and not np.any(intercepts)
    return _narrow(values), known and not windowed


def _decode(path: Path) -> tuple[Any, NDArray[Any]]:
    import pydicom
    from pydicom.uid import ImplicitVRLittleEndian

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(path, force=True)
            if "TransferSyntaxUID" not in dataset.file_meta:
                dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
            return dataset, dataset.pixel_array
        except Exception as error:
            # Decoders of compressed pixels raise whatever they like.
            raise InputError(
                str(path), "its pixels are cut off or cannot be decoded", "export it again"
            ) from error


def _rescale(dataset: Any, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
    """Slope and intercept of each frame, and whether the file has any."""
    shared = _transformations(items(dataset, "SharedFunctionalGroupsSequence")[:1])
    own = _transformations(items(dataset, "PerFrameFunctionalGroupsSequence")[:count])
    holders = own if len(own) == count else (shared or [dataset]) * count
    pairs = [
        (number(holder, "RescaleSlope"), number(holder, "RescaleIntercept"))
        for holder in holders[:count]
    ]
    known = any(value is not None for pair in pairs for value in pair)
    slopes = np.array([slope or 1.0 for slope, _ in pairs])
    return slopes, np.array([intercept or 0.0 for _, intercept in pairs]), known


def _transformations(groups: list[Any]) -> list[Any]:
    return [item for group in groups for item in items(group, "PixelValueTransformationSequence")]


def _turned(
    frames: NDArray[Any], dataset: Any, slope: float, intercept: float
) -> NDArray[np.int32]:
    """Turn MONOCHROME1, where the least value is white."""
    wide = frames.astype(np.int32)
    if text(dataset, "PhotometricInterpretation") != "MONOCHROME1":
        return wide
    low, high = int(wide.min()), int(wide.max())
    bits = int(number(dataset, "BitsStored") or 16)
    signed = number(dataset, "PixelRepresentation") == 1
    # Some writers turn within the range of the header, others within the bits that are
    # used, others within the data's own range: air tells which.
    sums = (-1 if signed else (1 << bits) - 1, (1 << high.bit_length()) - 1)
    for total in sums:
        if _AIR_HU[0] <= (total - high) * slope + intercept <= _AIR_HU[1]:
            return total - wide
    return low + high - wide


def _padding(stored: NDArray[Any], dataset: Any) -> NDArray[np.bool_] | None:
    """Which pixels the scanner did not measure."""
    value = number(dataset, "PixelPaddingValue")
    if value is None:
        return None
    if value > stored.max() and stored.dtype.kind == "i":
        # Read as unsigned, although the pixels are signed.
        value -= 1 << (8 * stored.dtype.itemsize)
    limit = number(dataset, "PixelPaddingRangeLimit")
    low, high = sorted((value, value if limit is None else limit))
    return np.asarray((stored >= low) & (stored <= high))


def _narrow(values: NDArray[Any]) -> NDArray[Any]:
    """Halve the memory where int16 holds the values, as it does for any CT."""
    info = np.iinfo(np.int16)
    fits = info.min <= values.min() and values.max() <= info.max
    return values.astype(np.int16 if fits else np.int32)
