"""Lessons in batches, for the pretraining of a trunk."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Albumentations asks the network for a newer version of itself unless this is set.
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A

from lungseg.backend import keras
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window
from lungseg.training.lesion_bank import LesionBank
from lungseg.training.lessons import Lesson

#: What stands for a mask that is not known.
UNKNOWN = -1.0

#: HU by which a blended lesion must stand out to be marked as one.
_VISIBLE = 100


class LessonData(keras.utils.PyDataset):
    """Batches of (spoilt picture, what it is to tell), shuffled anew each epoch.

    Parameters
    ----------
    lessons : sequence of Lesson
    size : int
        Side of the square the network takes.
    batch_size : int
    augment : bool
    bank : LesionBank, optional
        Lesions that are blended into every second picture that is known to have lungs and
        no lesions; when augmented, others each epoch.
    erase : bool
        When augmented, erase patches: for a network that is to restore them.
    seed : int
        Order and augmentation of epoch *e* depend on the seed and *e* alone.

    Examples
    --------
    >>> lessons = [Lesson(np.zeros((40, 50), np.uint8), "a")]
    >>> x, y = LessonData(lessons, size=32)[0]
    >>> x.shape, y.shape, y[0, 0, 0].tolist()
    ((1, 32, 32, 1), (1, 32, 32, 3), [-1.0, -1.0, 0.0])
    """

    def __init__(
        self,
        lessons: Sequence[Lesson],
        *,
        size: int,
        batch_size: int = 16,
        augment: bool = False,
        bank: LesionBank | None = None,
        erase: bool = True,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.lessons = lessons
        self.size = size
        self.batch_size = batch_size
        self.augment = augment
        self.bank = bank
        self.seed = seed
        self.epoch = 0
        self._move, self._spoil = A.Compose(_moves()), A.Compose(_spoilings(size, erase))

    def __len__(self) -> int:
        return -(-len(self.lessons) // self.batch_size)

    def __getitem__(self, batch: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        chosen = self._order()[batch * self.batch_size : (batch + 1) * self.batch_size]
        pairs = [self._pair(int(index)) for index in chosen]
        return np.stack([pair[0] for pair in pairs]), np.stack([pair[1] for pair in pairs])

    def on_epoch_end(self) -> None:
        """Go on to the next epoch's order and augmentation."""
        self.epoch += 1

    def _order(self) -> NDArray[np.intp]:
        if not self.augment:
            return np.arange(len(self.lessons))
        return np.random.default_rng((self.seed, self.epoch)).permutation(len(self.lessons))

    def _pair(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        rng = np.random.default_rng((self.seed, self.epoch if self.augment else 0, index))
        lesson = self._blended(self.lessons[index], rng)
        box = Letterbox((lesson.picture.shape[0], lesson.picture.shape[1]), self.size)
        clean = box.apply(lesson.picture)
        empty = np.zeros(clean.shape, np.uint8)
        masks = [
            empty if mask is None else box.apply(mask.astype(np.uint8) * 255)
            for mask in (lesson.lesions, lesson.lungs)
        ]
        shown = clean
        if self.augment:
            self._move.set_random_seed(int(rng.integers(2**31)))
            self._spoil.set_random_seed(int(rng.integers(2**31)))
            moved = self._move(image=clean, masks=masks)
            clean, masks = moved["image"], moved["masks"]
            shown = self._spoil(image=clean)["image"]
        target = np.stack([*masks, clean], axis=-1).astype(np.float32) / np.float32(255)
        target[..., 0] = UNKNOWN if lesson.lesions is None else target[..., 0]
        target[..., 1] = UNKNOWN if lesson.lungs is None else target[..., 1]
        return shown[..., None].astype(np.float32) / np.float32(255), target

    def _blended(self, lesson: Lesson, rng: np.random.Generator) -> Lesson:
        """Make a healthy picture ill, every second time."""
        lungs, lesions = lesson.lungs, lesson.lesions
        if self.bank is None or lungs is None or lesions is None or lesions.any():
            return lesson
        if not lungs.any() or rng.random() < 0.5:
            return lesson
        window = Window()
        hu = window.undo(lesson.picture)
        ill = self.bank.paint(hu, lungs, rng)
        return replace(lesson, picture=window.apply(ill), lesions=ill - hu > _VISIBLE)


def _moves() -> list[Any]:
    return [
        A.HorizontalFlip(p=0.5),
        A.Affine(
            scale=(0.8, 1.4), translate_percent=(-0.1, 0.1), rotate=(-20, 20), shear=(-5, 5), p=0.9
        ),
    ]


def _spoilings(size: int, erase: bool) -> list[Any]:
    """Vary intensity, blur, erase: what the network is to see through."""
    patches = A.CoarseDropout(
        num_holes_range=(2, 8),
        hole_height_range=(size // 16, size // 6),
        hole_width_range=(size // 16, size // 6),
        p=0.5,
    )
    return [
        A.RandomGamma(gamma_limit=(60, 160), p=0.5),
        A.RandomBrightnessContrast(0.2, 0.3, p=0.5),
        A.OneOf(
            [A.GaussianBlur(blur_limit=(3, 7)), A.Downscale(scale_range=(0.3, 0.8)), A.Sharpen()],
            p=0.3,
        ),
        A.GaussNoise(std_range=(0.01, 0.08), p=0.3),
        *([patches] if erase else []),
    ]
