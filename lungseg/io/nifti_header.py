"""What ITK does not say of a NIfTI file: whether it is whole, and what it assumed."""

from __future__ import annotations

import gzip
import math
import struct
from dataclasses import dataclass
from pathlib import Path

_LENGTH = 348


@dataclass(frozen=True)
class NiftiHeader:
    """The few fields of a NIfTI-1 header that the reader looks at.

    Parameters
    ----------
    size : int
        Bytes that the whole file must have, unpacked.
    spacing : tuple of float
        Of the first three axes.
    placed : bool
        Whether a matrix (sform) stands above the spacing.
    """

    size: int
    spacing: tuple[float, ...]
    placed: bool


def read_nifti_header(path: Path) -> NiftiHeader | None:
    """Read the header of a ``.nii`` or ``.nii.gz``; None of anything else, NIfTI-2 included.

    Parameters
    ----------
    path : Path
    """
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        return None
    packed = path.suffix.lower() == ".gz"
    with gzip.open(path) if packed else path.open("rb") as file:
        header = file.read(_LENGTH)
    # The size of the header tells the byte order.
    order = next((o for o in "<>" if header[:4] == struct.pack(f"{o}i", _LENGTH)), None)
    if order is None or len(header) < _LENGTH:
        return None
    count, *sizes = struct.unpack(f"{order}8h", header[40:56])
    bits = struct.unpack(f"{order}h", header[72:74])[0]
    spacing = struct.unpack(f"{order}3f", header[80:92])
    offset = struct.unpack(f"{order}f", header[108:112])[0]
    start = int(offset) if math.isfinite(offset) else 0
    return NiftiHeader(
        size=start + math.prod(sizes[: max(count, 0)]) * bits // 8,
        spacing=spacing,
        placed=struct.unpack(f"{order}h", header[254:256])[0] > 0,
    )
