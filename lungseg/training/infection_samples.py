"""Slices with what is known of their infection, as a segmenter is trained on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.inference.lung_view import lung_box
from lungseg.io.infection_labels import InfectionLabels
from lungseg.preprocess.window import Window
from lungseg.scan import LungMask, Scan

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class InfectionSample:
    """A slice, cropped to its lungs, and its masks as shares 0…255 of each pixel.

    Parameters
    ----------
    picture : uint8 array of shape (rows, columns)
    infection : uint8 array of the same shape
    lungs : uint8 array of the same shape, optional
        Lung, infected or not; None where it is not known.
    dense : uint8 array of the same shape, optional
        Of what is infected, the share that is consolidated; None where kinds were not
        told apart.
    scan : int
        Which of the scans it comes from.
    trusted : bool
        Drawn by a person. Other labels may be mended in training.
    """

    picture: Bytes
    infection: Bytes
    lungs: Bytes | None
    dense: Bytes | None
    scan: int
    trusted: bool = True

    @property
    def is_healthy(self) -> bool:
        """Whether there are lungs, and no infection in them."""
        return self.lungs is not None and bool(self.lungs.any()) and not self.infection.any()


def infection_samples(
    scan: Scan,
    labels: InfectionLabels,
    mask: LungMask | None,
    *,
    number: int,
    trusted: bool,
    longest: int,
) -> Iterator[InfectionSample]:
    """Make samples of the slices of a scan that hold lung or infection.

    Parameters
    ----------
    scan : Scan
    labels : InfectionLabels
        In the scan's grid.
    mask : LungMask, optional
        What the masker found. Slices are cropped to it, and where ``labels`` has no
        lungs, it stands in for them, together with the infection.
    number : int
        Of the scan.
    trusted : bool
    longest : int
        Slices with a longer side in pixels are shrunk, which bounds the memory.

    Yields
    ------
    InfectionSample
    """
    turn = scan.order.apply
    infection, dense = turn(labels.infection), _turned(labels.dense, scan)
    found = None if mask is None else mask.axial() > 0
    lungs = _turned(labels.lungs, scan)
    box = lung_box(_joined(found, np.asarray(infection, np.uint8)))
    window = Window()
    for index, voxels in enumerate(scan.axial()):
        own = None if found is None else found[index]
        if own is not None and not own.any() and not infection[index].any():
            continue
        known = None if lungs is None else lungs[index]
        if known is None and own is not None:
            known = np.maximum(own.astype(np.uint8) * np.uint8(255), infection[index])
        yield InfectionSample(
            _shrunk(window.apply(voxels)[box], longest),
            _shrunk(infection[index][box], longest),
            None if known is None else _shrunk(known[box], longest),
            None if dense is None else _shrunk(dense[index][box], longest),
            number,
            trusted,
        )


def _joined(lungs: NDArray[np.bool_] | None, infection: Bytes) -> NDArray[np.bool_]:
    """Lungs and infection together; everything where the lungs are not known."""
    if lungs is None:
        return np.ones(infection.shape, bool)
    return lungs | (infection > 127)


def _turned(array: Bytes | None, scan: Scan) -> Any:
    return None if array is None else scan.order.apply(array)


def _shrunk(array: Bytes, longest: int) -> Bytes:
    scale = longest / max(array.shape)
    if scale >= 1:
        return np.ascontiguousarray(array)
    size = (max(1, round(array.shape[1] * scale)), max(1, round(array.shape[0] * scale)))
    return np.asarray(cv2.resize(array, size, interpolation=cv2.INTER_AREA))
