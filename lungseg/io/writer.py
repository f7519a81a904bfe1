"""Writing of masks, in the geometry of their scans."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lungseg.errors import InputError
from lungseg.geometry import axial_affine, itk_from_affine
from lungseg.infection_mask import InfectionMask
from lungseg.io.atomic import atomic_path
from lungseg.report.colours import INFECTION, LUNGS
from lungseg.scan import LungMask

if TYPE_CHECKING:
    import SimpleITK

_VOLUMES = (".nii", ".nii.gz", ".nrrd", ".mha", ".mhd")


def save_mask(mask: LungMask | InfectionMask, path: Path) -> Path:
    """Write a mask; see `LungMask.save`."""
    path = path.expanduser()
    name = path.name.lower()
    if not path.parent.is_dir():
        raise InputError(str(path), "its folder does not exist", "make the folder first")
    if name.endswith(".png"):
        return _save_picture(mask, path)
    if name.endswith(_VOLUMES):
        return _save_volume(mask, path)
    if name.endswith(".dcm"):
        from lungseg.io.dicom.segmentation import save_segmentation

        return save_segmentation(mask, path)
    raise InputError(
        str(path),
        "masks are not written in this format",
        f"use .png, .dcm or {', '.join(_VOLUMES)}",
    )


def _save_picture(mask: LungMask | InfectionMask, path: Path) -> Path:
    from PIL import Image

    if len(mask.voxels) != 1:
        raise InputError(
            str(path),
            f"a PNG cannot hold the {len(mask.voxels)} slices of this mask",
            "use .nii.gz",
        )
    picture = Image.fromarray(np.ascontiguousarray(mask.voxels[0]), mode="P")
    picture.putpalette(_palette(mask))
    with atomic_path(path) as temporary:
        picture.save(temporary)
    return path


def _palette(mask: LungMask | InfectionMask) -> list[int]:
    """Colours of the values from 0 on, one after the other."""
    colours = LUNGS if isinstance(mask, LungMask) else {1: LUNGS[1], **INFECTION}
    return [part for label in range(4) for part in colours.get(label, (0, 0, 0))]


def _save_volume(mask: LungMask | InfectionMask, path: Path) -> Path:
    import SimpleITK as sitk

    with atomic_path(path) as temporary:
        sitk.WriteImage(to_simpleitk(mask), str(temporary), useCompression=True)
    return path


def to_simpleitk(grid: Any) -> SimpleITK.Image:
    """Make an image of SimpleITK; see `Scan.to_simpleitk`."""
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(np.ascontiguousarray(grid.voxels))
    affine = axial_affine((1.0, 1.0, 1.0)) if grid.affine is None else grid.affine
    spacing, origin, direction = itk_from_affine(affine)
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    image.SetDirection(direction)
    return image
