"""Masks of infection that a person or a network has drawn, read for training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.infection_mask import InfectionMask
from lungseg.io.masks import read_values
from lungseg.scan import Scan

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class InfectionLabels:
    """What is known of a scan's infection, as shares 0…255 of each voxel.

    Parameters
    ----------
    infection : uint8 array of the scan's shape
    lungs : uint8 array of the same shape, optional
        Lung, infected or not.
    dense : uint8 array of the same shape, optional
        Share of consolidation in what is infected.
    """

    infection: Bytes
    lungs: Bytes | None = None
    dense: Bytes | None = None


def read_infection(mask: Any, scan: Scan) -> InfectionLabels:
    """Read what is known of the infection of a scan.

    Parameters
    ----------
    mask : InfectionMask, array, image, str or Path
        A picture, NIfTI, NRRD or MetaImage where it is a path. Class numbers 0…3 as
        `InfectionMask` has them, where 2 or 3 is among the values and no other; else the
        infection alone, as a share of its greatest possible value: 0/1, 0/255 or anything
        between.
    scan : Scan
        The scan it belongs to.

    Returns
    -------
    InfectionLabels

    Raises
    ------
    InputError
        If it cannot be read, or lies in another grid than the scan.

    Examples
    --------
    >>> scan = Scan(np.zeros((1, 64, 64), np.uint8), units="display")
    >>> numbers = np.ones((64, 64), np.uint8)
    >>> numbers[:32] = 2
    >>> labels = read_infection(numbers, scan)
    >>> int((labels.infection > 0).sum()), int((labels.lungs > 0).sum())
    (2048, 4096)
    """
    name = str(mask) if isinstance(mask, (str, Path)) else f"infection mask of {scan.source}"
    values = read_values(mask, scan, name)
    if isinstance(mask, InfectionMask):
        kinds, numbers = len(mask.classes) == 4, True
    else:
        largest = values.max(initial=0)
        numbers = largest in (2, 3) and set(np.unique(values)) <= {0, 1, 2, 3}
        kinds = bool(largest == 3)
    if numbers:
        dense = _bytes(values == 3) if kinds else None
        return InfectionLabels(_bytes(values >= 2), _bytes(values >= 1), dense)
    return InfectionLabels(_share(values))


def _bytes(mask: NDArray[np.bool_]) -> Bytes:
    return mask.astype(np.uint8) * np.uint8(255)


def _share(values: NDArray[Any]) -> Bytes:
    """Values of 0…1 or 0…255 as bytes."""
    scale = 255 if values.max(initial=0) <= 1 else 1
    return np.rint(np.clip(values.astype(np.float32) * scale, 0, 255)).astype(np.uint8)
