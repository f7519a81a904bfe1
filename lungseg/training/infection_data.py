"""Slices and their infection in batches, for the training of `InfectionSegmenter`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Albumentations asks the network for a newer version of itself unless this is set.
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A

from lungseg.backend import keras
from lungseg.preprocess.contrast import adjust_contrast
from lungseg.preprocess.letterbox import Letterbox
from lungseg.training.consolidate import consolidate
from lungseg.training.infection_loss import UNKNOWN
from lungseg.training.infection_samples import InfectionSample

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]


class InfectionData(keras.utils.PyDataset):
    """Batches of (grey, masks) in 0…1, drawn anew each epoch when augmented.

    Parameters
    ----------
    samples : sequence of InfectionSample
    size : int
        Side of the square the network takes.
    batch_size : int
    clahe : float
        Clip limit of `cv2.createCLAHE`; 0 for none.
    standardise : bool
        See `lungseg.preprocess.contrast.adjust_contrast`.
    augment : bool
        Without it the samples come once, in their order.
    draws : int
        Slices in an epoch; 0 for as many as there are.
    lead : tuple of float
        Share of the draws that trusted samples get in the first and in the last epoch,
        where there are others.
    healthy : float
        Share of the draws, before ``lead`` divides the rest, of slices without infection,
        where some are trusted and some are not.
    consolidate : float
        Share of the draws of healthy lungs, where they are known, that are made ill; see
        `lungseg.training.consolidate.consolidate`.
    epochs : int
        Over which the share rises.
    seed : int
        Order and augmentation of epoch *e* depend on the seed and *e* alone.

    Examples
    --------
    >>> blank = np.zeros((40, 50), np.uint8)
    >>> data = InfectionData([InfectionSample(blank, blank, None, None, 0)], size=32)
    >>> x, y = data[0]
    >>> x.shape, y.shape, y[0, 0, 0].tolist()
    ((1, 32, 32, 1), (1, 32, 32, 3), [0.0, -1.0, -1.0])
    """

    def __init__(
        self,
        samples: Sequence[InfectionSample],
        *,
        size: int,
        batch_size: int = 8,
        clahe: float = 0.0,
        standardise: bool = False,
        augment: bool = False,
        draws: int = 0,
        lead: tuple[float, float] = (0.5, 0.9),
        healthy: float = 0.15,
        consolidate: float = 0.0,
        epochs: int = 1,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.samples = samples
        self.size = size
        self.batch_size = batch_size
        self.clahe = clahe
        self.standardise = standardise
        self.augment = augment
        self.draws = (draws if augment else 0) or len(samples)
        self.lead = lead
        self.healthy = healthy
        self.consolidate = consolidate
        self.epochs = epochs
        self.seed = seed
        self.epoch = 0
        self._change = A.Compose(_changes())

    def __len__(self) -> int:
        return -(-self.draws // self.batch_size)

    def __getitem__(self, batch: int) -> Batch:
        order = self._order()
        draws = range(batch * self.batch_size, min(self.draws, (batch + 1) * self.batch_size))
        pairs = [self._pair(int(order[draw]), draw) for draw in draws]
        return np.stack([pair[0] for pair in pairs]), np.stack([pair[1] for pair in pairs])

    def on_epoch_end(self) -> None:
        """Go on to the next epoch's order and augmentation."""
        self.epoch += 1

    def _order(self) -> NDArray[np.intp]:
        if not self.augment:
            return np.arange(len(self.samples))
        rng = np.random.default_rng((self.seed, self.epoch))
        trusted = np.array([sample.trusted for sample in self.samples])
        if trusted.all() or not trusted.any():
            return _drawn(rng, np.arange(len(trusted)), self.draws)
        ill = np.array([sample.infection.any() for sample in self.samples])
        spare = 0 if ill.all() else round(self.healthy * self.draws)
        # Where all that is ill is trusted, there is nothing to lead.
        lead = self._lead_now() if (ill & ~trusted).any() else 1.0
        led = round(lead * (self.draws - spare))
        counts = {"healthy": spare, "led": led, "rest": self.draws - spare - led}
        pools = {"healthy": ~ill, "led": ill & trusted, "rest": ill & ~trusted}
        drawn = [_drawn(rng, np.flatnonzero(pools[name]), counts[name]) for name in counts]
        return rng.permutation(np.concatenate(drawn))

    def _lead_now(self) -> float:
        first, last = self.lead
        return first + (last - first) * min(1.0, self.epoch / max(1, self.epochs - 1))

    def _pair(self, index: int, draw: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        sample = self.samples[index]
        box = Letterbox((sample.picture.shape[0], sample.picture.shape[1]), self.size)
        grey = box.apply(sample.picture)
        known = (sample.infection, sample.lungs, sample.dense)
        masks = [np.zeros_like(grey) if mask is None else box.apply(mask) for mask in known]
        if self.augment:
            # A slice drawn twice in an epoch is augmented in two ways.
            rng = np.random.default_rng((self.seed, self.epoch, index, draw))
            if sample.is_healthy and rng.random() < self.consolidate:
                grey, ill = consolidate(grey, masks[1], rng)
                masks = [ill, masks[1], ill]  # all of it is dense
            self._change.set_random_seed(int(rng.integers(2**31)))
            changed = self._change(image=grey, masks=masks)
            grey, masks = changed["image"], changed["masks"]
        grey = adjust_contrast(grey, self.clahe, self.standardise)
        target = np.stack(masks, axis=-1).astype(np.float32) / np.float32(255)
        for channel, mask in enumerate(known):
            if mask is None:
                target[..., channel] = UNKNOWN
        return grey[..., None].astype(np.float32) / np.float32(255), target


def _drawn(rng: np.random.Generator, indices: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Draw so that none comes again before all others have been."""
    if count == 0 or not len(indices):
        return indices[:0]
    rounds = -(-count // len(indices))
    return np.concatenate([rng.permutation(indices) for _ in range(rounds)])[:count]


def _changes() -> list[Any]:
    """Every way up, other sizes and places, other windows, other scanners."""
    return [
        A.D4(p=1.0),
        A.Affine(
            scale=(0.8, 1.25), translate_percent=(-0.1, 0.1), rotate=(-25, 25), shear=(-6, 6), p=0.8
        ),
        A.ElasticTransform(alpha=20, sigma=8, p=0.2),
        A.RandomGamma(gamma_limit=(65, 150), p=0.5),
        # A picture in a wide window is flat, and its lungs are grey.
        A.RandomBrightnessContrast((-0.2, 0.3), (-0.45, 0.25), p=0.5),
        A.CLAHE(clip_limit=(1.0, 3.0), p=0.1),
        A.OneOf(
            [A.GaussianBlur(blur_limit=(3, 5)), A.Downscale(scale_range=(0.4, 0.8)), A.Sharpen()],
            p=0.25,
        ),
        A.GaussNoise(std_range=(0.01, 0.06), p=0.25),
        A.ImageCompression(quality_range=(40, 95), p=0.2),
    ]
