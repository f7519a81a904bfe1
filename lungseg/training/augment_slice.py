"""From a clean HU slice to what real input looks like: a paired augmentation."""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Albumentations asks the network for a newer version of itself unless this is set.
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2

from lungseg.preprocess.body_box import body_box
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window
from lungseg.training.annotations import burn_annotations
from lungseg.training.coarse import coarse
from lungseg.training.consolidation import add_consolidation
from lungseg.training.disease import add_opacities
from lungseg.training.gas import add_gas
from lungseg.training.lesion_bank import LesionBank


class SliceAugmentation:
    """Augment a slice and its mask alike: window, crop, geometry, noise, marks, disease.

    Every call is decided by its generator alone, so that a training that was resumed
    sees what an uninterrupted one would have seen.

    Parameters
    ----------
    size : int
        Side of the square that comes out.
    crop : bool
        Crop to the body or, with a margin, to the mask, two times of three. For masks of
        the lungs.
    lesions : LesionBank, optional
        Real lesions that are blended into slices in HU, beside synthetic opacities.

    Examples
    --------
    >>> slice_hu = np.full((64, 64), -900, np.int16)
    >>> augment = SliceAugmentation(32)
    >>> grey, mask = augment(slice_hu, slice_hu < 0, np.random.default_rng(0))
    >>> grey.shape, grey.dtype, mask.shape
    ((32, 32), dtype('uint8'), (32, 32))
    """

    def __init__(self, size: int, *, crop: bool = True, lesions: LesionBank | None = None) -> None:
        self.size = size
        self.crop = crop
        self.lesions = lesions
        self._threads = threading.local()

    def __call__(
        self, voxels: NDArray[Any], mask: NDArray[np.bool_], rng: np.random.Generator
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Augment one slice, HU or display grey.

        Returns
        -------
        grey, share : uint8 arrays of shape (size, size)
            The share of each pixel that is marked, 0 to 255: soft at the edges, so that
            a network learns where within a pixel an edge runs.
        """
        if voxels.dtype != np.uint8:
            voxels = _random_window(rng).apply(self._diseased(voxels, mask, rng))
        if self.crop:
            voxels, mask = _random_view(voxels, mask, rng)
        framed, share = self._framed(voxels, mask.astype(np.uint8) * 255, rng)
        compose = self._compose()
        compose.set_random_seed(int(rng.integers(2**31)))
        both = compose(image=framed, mask=share)
        grey = both["image"]
        if rng.random() < 0.1:
            grey = _inverted_border(grey, rng)
        if rng.random() < 0.3:
            grey = burn_annotations(grey, rng)
        return grey, both["mask"]

    def _framed(
        self, grey: NDArray[np.uint8], share: NDArray[np.uint8], rng: np.random.Generator
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        if self.crop and rng.random() < 0.15:
            return coarse(grey, share, self.size, rng)
        box = Letterbox(grey.shape, self.size)
        return box.apply(grey), box.apply(share)

    def _diseased(
        self, slice_hu: NDArray[Any], mask: NDArray[np.bool_], rng: np.random.Generator
    ) -> NDArray[Any]:
        if self.crop and rng.random() < 0.15:
            slice_hu = add_gas(slice_hu, mask, rng)
        chance = rng.random()
        if chance < 0.2:
            return add_opacities(slice_hu, mask, rng)
        if chance < 0.4:
            return add_consolidation(slice_hu, mask, rng)
        if chance < 0.6 and self.lesions is not None:
            return self.lesions.paint(slice_hu, mask, rng)
        return slice_hu

    def _compose(self) -> Any:
        # A Compose carries its own random state: one for each thread.
        if not hasattr(self._threads, "compose"):
            self._threads.compose = _transforms()
        return self._threads.compose


def _transforms() -> Any:
    return A.Compose(
        [
            A.HorizontalFlip(p=0.5),
            A.VerticalFlip(p=0.2),
            A.RandomRotate90(p=0.3),
            A.Affine(
                scale=(0.75, 1.2),
                translate_percent=(-0.08, 0.08),
                rotate=(-30, 30),
                shear=(-8, 8),
                mask_interpolation=cv2.INTER_LINEAR,
                p=0.6,
            ),
            A.RandomGamma(gamma_limit=(60, 160), p=0.3),
            A.RandomBrightnessContrast(0.2, 0.25, p=0.3),
            A.CLAHE(clip_limit=(1, 3), p=0.1),
            A.OneOf(
                [
                    A.GaussianBlur(blur_limit=(3, 7)),
                    A.MotionBlur(blur_limit=(3, 7)),
                    A.Downscale(scale_range=(0.2, 0.8)),
                ],
                p=0.2,
            ),
            A.OneOf(
                [
                    A.GaussNoise(std_range=(0.02, 0.12)),
                    A.MultiplicativeNoise(multiplier=(0.8, 1.2), elementwise=True),
                ],
                p=0.3,
            ),
            A.ImageCompression(quality_range=(25, 95), p=0.2),
        ]
    )


def _random_window(rng: np.random.Generator) -> Window:
    """Draw the default window in a third of the cases, else from mediastinal to wide."""
    if rng.random() < 0.35:
        return Window()
    low = rng.uniform(-1300, -150)
    return Window(low, low + rng.uniform(350, 1900))


def _inverted_border(grey: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Show the black around a slice in another grey, as viewers and papers do."""
    outside = (grey < 4).astype(np.uint8)
    count, labels = cv2.connectedComponents(outside)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    touching = np.zeros(count, bool)
    touching[edge] = True
    touching[0] = False
    return np.where(touching[labels], np.uint8(rng.integers(60, 256)), grey)


def _random_view(
    voxels: NDArray[np.uint8], mask: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Show the whole slice, the body, or what is near the lungs."""
    chance = rng.random()
    if chance < 0.4:
        box = body_box(voxels, margin=float(rng.uniform(0, 0.08)))
        return (voxels, mask) if box is None else (voxels[box], mask[box])
    return _crop_near(voxels, mask, rng) if chance < 0.75 else (voxels, mask)


def _crop_near(
    voxels: NDArray[Any], mask: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Crop to the lungs with a margin on each side that may be a little negative."""
    if not mask.any():
        return voxels, mask
    keep = []
    for axis in (0, 1):
        where = np.flatnonzero(mask.any(axis=1 - axis))
        first, last = int(where[0]), int(where[-1]) + 1
        before, after = rng.uniform(-0.06, 0.35, 2) * (last - first)
        low, high = max(0, round(first - before)), min(mask.shape[axis], round(last + after))
        keep.append(slice(low, max(high, low + 16)))
    return voxels[tuple(keep)], mask[tuple(keep)]
