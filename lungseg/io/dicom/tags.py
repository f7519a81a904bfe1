"""Tags of a DICOM header, which may be missing, empty or broken."""

from __future__ import annotations

import struct
from functools import cache
from typing import Any


@cache
def faults() -> tuple[type[Exception], ...]:
    """Name what pydicom raises of a broken file, or of a broken element on its first use."""
    from pydicom.errors import BytesLengthException, InvalidDicomError

    return (
        ArithmeticError,
        AttributeError,
        BytesLengthException,
        EOFError,
        InvalidDicomError,
        LookupError,
        OSError,
        RuntimeError,  # a transfer syntax that pydicom does not know, sequences in a circle
        TypeError,
        ValueError,
        struct.error,
    )


def text(dataset: Any, tag: str) -> str:
    """Value of a tag as text; empty where there is none.

    Examples
    --------
    >>> text({"Modality": "CT "}, "Modality")
    'CT'
    """
    value = _value(dataset, tag)
    return "" if value is None else str(value).strip()


def number(dataset: Any, tag: str) -> float | None:
    """Value of a tag as a number; None where it has none.

    Examples
    --------
    >>> number({"SliceThickness": "1.5"}, "SliceThickness")
    1.5
    """
    try:
        return float(_value(dataset, tag))
    except faults():
        return None


def numbers(dataset: Any, tag: str, count: int) -> tuple[float, ...] | None:
    """Value of a tag as this many numbers; None where it has another count of them.

    Examples
    --------
    >>> numbers({"PixelSpacing": ["0.7", "0.8"]}, "PixelSpacing", 2)
    (0.7, 0.8)
    """
    try:
        values = tuple(float(value) for value in _value(dataset, tag))
    except faults():
        return None
    return values if len(values) == count else None


def items(dataset: Any, tag: str) -> list[Any]:
    """Items of a sequence; none where it is missing or broken."""
    try:
        return list(_value(dataset, tag) or ())
    except faults():
        return []


def _value(dataset: Any, tag: str) -> Any:
    try:
        return dataset.get(tag)
    except faults():
        return None
