"""The severity of a scan, measured."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lungseg.infection_mask import InfectionMask
from lungseg.quantify import thirds
from lungseg.quantify.bands import bands_of
from lungseg.quantify.grids import infection_classes, lung_labels
from lungseg.quantify.region import Region
from lungseg.quantify.severity import Severity
from lungseg.quantify.tally import Tally, tally
from lungseg.scan import LungMask, Scan


def severity(
    scan: Any, lung_mask: LungMask | ArrayLike, infection_mask: InfectionMask | ArrayLike
) -> Severity:
    """Say in numbers how much of the lungs is infected.

    What is infected outside the lung mask is reported and counted in no share: the lungs are
    the whole, and a share cannot pass 1.

    Parameters
    ----------
    scan : Scan, path, folder or array
        Whatever `lungseg.read` takes.
    lung_mask : LungMask or array
        In the scan's grid. An array is boolean, or holds 1 in the right and 2 in the left
        lung.
    infection_mask : InfectionMask or bool array
        In the scan's grid.

    Returns
    -------
    Severity
        Without what cannot be known: mL without a spacing, densities where the scan is not in
        HU, sides where the mask does not tell them, thirds of a single slice; its ``notes``
        say so. Without any lung every share is None, in a healthy lung 0.

    Raises
    ------
    lungseg.InputError
        If the scan cannot be read, or a mask has another size or lies elsewhere.
    ValueError
        If an array is no mask.

    Examples
    --------
    >>> import lungseg
    >>> scan, lungs = lungseg.phantom(slices=12, size=64, return_mask=True)
    >>> found = severity(scan, lungs, scan.voxels > -500)
    >>> round(found.lungs.lung_ml), round(found.share, 2), len(found.parts)
    (3942, 0.06, 5)
    """
    from lungseg.io.reader import as_scan

    scan = as_scan(scan)
    labels, classes = lung_labels(scan, lung_mask), infection_classes(scan, infection_mask)
    order = scan.order
    counted = tally(scan.axial(), order.apply(labels), order.apply(classes), hu=scan.units == "HU")
    voxel_ml = scan.voxel_ml
    lungs = _region("lungs", counted.voxels, voxel_ml)
    outside = int(counted.voxels[:, 0, 2:].sum())
    interval = _interval(infection_mask, lungs, outside)
    in_hu = scan.units == "HU"
    return Severity(
        source=scan.source,
        lungs=lungs,
        **_sides(counted.voxels, voxel_ml),
        **_thirds(counted.voxels, voxel_ml),
        kinds=_kinds(infection_mask, counted.voxels, voxel_ml),
        outside=Region("outside the lungs", 0, outside, voxel_ml),
        interval=interval,
        coverage=infection_mask.coverage if interval is not None else None,  # type: ignore[union-attr]
        bands=bands_of(counted.bands, lungs.lung_voxels, voxel_ml) if in_hu else None,
        mean_density=counted.total / lungs.lung_voxels if in_hu and lungs.lung_voxels else None,
        notes=tuple(_notes(scan, counted, outside)),
    )


def _region(name: str, voxels: NDArray[np.int64], voxel_ml: float | None) -> Region:
    """Count what is lung among voxels of shape (slices, 3 labels, classes)."""
    inside = voxels[:, 1:]
    return Region(name, int(inside.sum()), int(inside[..., 2:].sum()), voxel_ml)


def _sides(voxels: NDArray[np.int64], voxel_ml: float | None) -> dict[str, Region]:
    if not voxels[:, 2].any():
        return {}
    found = {}
    for label, name in ((1, "right"), (2, "left")):
        alone = np.zeros_like(voxels)
        alone[:, label] = voxels[:, label]
        found[name] = _region(f"{name} lung", alone, voxel_ml)
    return found


def _thirds(voxels: NDArray[np.int64], voxel_ml: float | None) -> dict[str, Region]:
    number = thirds.third_of(np.asarray(voxels[:, 1:].any(axis=(1, 2))))
    if number is None:
        return {}
    return {
        name: _region(f"{name} third", voxels[number == index], voxel_ml)
        for index, name in enumerate(thirds.NAMES)
    }


def _kinds(mask: Any, voxels: NDArray[np.int64], voxel_ml: float | None) -> tuple[Region, ...]:
    """Take each kind of infection for itself, where the mask tells several apart."""
    names = getattr(mask, "classes", ())[2:]
    if len(names) < 2:
        return ()
    of_class = voxels[:, 1:].sum(axis=(0, 1)).tolist()
    whole = sum(of_class)
    # A kind that is nowhere in the scan was not counted.
    found = of_class[2:] + [0] * len(names)
    return tuple(
        Region(name, whole, count, voxel_ml) for name, count in zip(names, found, strict=False)
    )


def _interval(mask: Any, lungs: Region, outside: int) -> tuple[float, float] | None:
    """Turn the segmenter's interval, of all it marked, to shares of the lungs.

    What lies outside the lungs is taken off both ends, so that the whole uncertainty stays
    with the lungs.
    """
    limits = getattr(mask, "interval", None)
    if limits is None or not lungs.lung_voxels:
        return None
    low, high = (min(max(limit - outside, 0), lungs.lung_voxels) for limit in limits)
    return low / lungs.lung_voxels, high / lungs.lung_voxels


def _notes(scan: Scan, counted: Tally, outside: int) -> list[str]:
    with_lung = np.flatnonzero(counted.voxels[:, 1:].any(axis=(1, 2)))
    notes = []
    if not len(with_lung):
        notes.append("no lung was found: there are no shares")
    if outside:
        notes.append(f"{outside} infected voxels lie outside the lung mask and are not counted")
    if len(with_lung) and not counted.voxels[:, 2].any():
        notes.append("the lung mask does not tell the sides: there are no figures of each lung")
    notes += _of_slices(with_lung, len(counted.voxels))
    if scan.affine is None:
        notes.append("no spacing: no mL")
    if scan.units != "HU":
        notes.append("not in HU (display grey): no densities")
    return notes


def _of_slices(with_lung: NDArray[np.intp], count: int) -> list[str]:
    if count == 1:
        return ["a single slice: the figures are of this slice alone, and it has no thirds"]
    notes = []
    if len(with_lung) and np.ptp(with_lung) < 2:
        notes.append("the lungs take up fewer than three slices: there are no thirds")
    if len(with_lung) and (with_lung[0] == 0 or with_lung[-1] == count - 1):
        notes.append(
            "the lungs reach the first or the last slice: volumes and thirds are of what was "
            "scanned"
        )
    return notes
