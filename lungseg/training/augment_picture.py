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

    Every call is decided by its generator alone.

    Examples
    --------
    >>> picture = np.zeros((32, 32), np.uint8)
    >>> PictureAugmentation()(picture, np.random.default_rng(0)).shape
    (32, 32)
    """

    def __init__(self) -> None:
        self._threads = threading.local()

    def __call__(self, picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Augment one uint8 picture of shape (rows, columns)."""
        # A Compose carries its own random state: one for each thread.
        if not hasattr(self._threads, "compose"):
            self._threads.compose = _transforms()
        compose: Any = self._threads.compose
        compose.set_random_seed(int(rng.integers(2**31)))
        return np.asarray(compose(image=picture)["image"])


def _transforms() -> Any:
    return A.Compose(
        [
            A.HorizontalFlip(p=0.5),
            A.Affine(
                scale=(0.8, 1.25),
                translate_percent=(-0.1, 0.1),
                rotate=(-20, 20),
                shear=(-8, 8),
                p=0.9,
            ),
            A.RandomGamma(gamma_limit=(60, 160), p=0.5),
            A.RandomBrightnessContrast(0.25, 0.3, p=0.5),
            A.OneOf(
                [
                    A.GaussianBlur(blur_limit=(3, 7)),
                    A.Downscale(scale_range=(0.3, 0.8)),
                    A.Sharpen(),
                ],
                p=0.3,
            ),
            A.GaussNoise(std_range=(0.01, 0.08), p=0.3),
            A.ImageCompression(quality_range=(25, 95), p=0.2),
            A.CoarseDropout(
                num_holes_range=(1, 4),
                hole_height_range=(0.05, 0.25),
                hole_width_range=(0.05, 0.25),
                p=0.4,
            ),
        ]
    )
