"""Augmentation of pictures for the training of classifiers."""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Albumentations asks the network for a newer version of itself unless this is set.
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A


class PictureAugmentation:
    """Vary a grey picture as other scanners, windows and journals would.

    Every call is decided by its generator alone. Lungs in a second channel move along with
    the picture, and keep their values.

    Examples
    --------
    >>> picture = np.zeros((32, 32), np.uint8)
    >>> PictureAugmentation()(picture, np.random.default_rng(0)).shape
    (32, 32)
    """

    def __init__(self) -> None:
        self._threads = threading.local()

    def __call__(self, picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Augment one uint8 picture of shape (rows, columns) or (rows, columns, 2)."""
        # A Compose carries its own random state: one for each thread.
        if not hasattr(self._threads, "compose"):
            self._threads.compose = _transforms()
        compose: Any = self._threads.compose
        compose.set_random_seed(int(rng.integers(2**31)))
        if picture.ndim == 2 or picture.shape[-1] != 2:
            return np.asarray(compose(image=picture)["image"])
        grey, lungs = (np.ascontiguousarray(picture[..., channel]) for channel in (0, 1))
        moved = compose(image=grey, mask=lungs)
        return np.stack([moved["image"], moved["mask"]], axis=-1)


def _transforms() -> Any:
    return A.Compose(
        [
            A.HorizontalFlip(p=0.5),
            A.Affine(
                scale=(0.85, 1.15),
                translate_percent=(-0.08, 0.08),
                rotate=(-15, 15),
                shear=(-5, 5),
                p=0.8,
            ),
            A.RandomGamma(gamma_limit=(70, 140), p=0.3),
            A.RandomBrightnessContrast(0.15, 0.2, p=0.4),
            A.OneOf(
                [
                    A.GaussianBlur(blur_limit=(3, 7)),
                    A.Downscale(scale_range=(0.3, 0.8)),
                    A.Sharpen(),
                ],
                p=0.2,
            ),
            A.GaussNoise(std_range=(0.01, 0.06), p=0.2),
            A.ImageCompression(quality_range=(40, 95), p=0.2),
            A.CoarseDropout(
                num_holes_range=(1, 3),
                hole_height_range=(0.05, 0.25),
                hole_width_range=(0.05, 0.25),
                p=0.2,
            ),
        ]
    )
