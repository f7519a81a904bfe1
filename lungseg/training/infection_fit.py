"""Training of a network that marks infection, in which trusted labels lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lungseg.backend import keras
from lungseg.inference.pixel_classes import classes_of
from lungseg.inference.turns import average_turns
from lungseg.preprocess.letterbox import Letterbox
from lungseg.training.infection_data import InfectionData
from lungseg.training.infection_loss import (
    InfectionLoss,
    PixelLoss,
    infection_dice,
    infection_of,
)
from lungseg.training.infection_samples import InfectionSample
from lungseg.training.loop import cosine_decay, train

Samples = Sequence[InfectionSample]


@dataclass(frozen=True)
class InfectionPlan:
    """How a network is trained; see `InfectionSegmenter` for each."""

    size: int
    epochs: int
    epoch_slices: int
    batch_size: int
    learning_rate: float
    floor: float
    loss: PixelLoss
    lead: tuple[float, float]
    mend_labels: float
    consolidate: float
    average: float
    clahe: float
    standardise: bool
    augment: bool
    seed: int
    verbose: int


def train_infection(
    model: Any,
    samples: Samples,
    validation: Samples | None,
    plan: InfectionPlan,
    *,
    folder: Path | None = None,
) -> list[dict[str, float]]:
    """Train a network; half-way the labels that no person drew are mended by it.

    Parameters
    ----------
    model : keras.Model
        From (size, size, 1) to probabilities of (size, size, classes).
    samples : sequence of InfectionSample
    validation : sequence of InfectionSample, optional
        Picks the best epoch; without it the last is kept.
    plan : InfectionPlan
    folder : Path, optional
        Where checkpoints go.

    Returns
    -------
    list of dict
        Figures of each epoch.

    References
    ----------
    Reed et al., "Training Deep Neural Networks on Noisy Labels with Bootstrapping", ICLR
    Workshop 2015; Fan et al., "Inf-Net", IEEE TMI 2020 (pseudo-labels for these data).
    """
    if plan.mend_labels == 0 or all(sample.trusted for sample in samples):
        return _train(model, samples, validation, plan, plan.epochs, folder)
    half = plan.epochs // 2
    first = replace(plan, epochs=half)
    history = _train(model, samples, validation, first, plan.epochs, _part(folder, "first"))
    mended = mend_labels(model, samples, plan.size, plan.mend_labels)
    second = replace(plan, epochs=plan.epochs - half, seed=plan.seed + 1, lead=(plan.lead[1],) * 2)
    return history + _train(model, mended, validation, second, 1, _part(folder, "second"))


def mend_labels(model: Any, samples: Samples, size: int, share: float) -> list[InfectionSample]:
    """Mix the labels that no person drew with what a network sees, averaged over turns.

    Parameters
    ----------
    model : keras.Model
    samples : sequence of InfectionSample
    size : int
        Side of the network's input.
    share : float
        Weight of the network, 0 to 1; of the label the rest. Where both agree nothing
        changes, and where nothing was marked nothing is added: lungs that are said to be
        healthy stay so.

    Returns
    -------
    list of InfectionSample
    """
    marks = average_turns(lambda grey: np.asarray(infection_of(classes_of(model, grey))), 4)
    mended = []
    for sample in samples:
        if not sample.trusted and sample.infection.any():
            box = Letterbox((sample.picture.shape[0], sample.picture.shape[1]), size)
            seen = box.undo(marks(box.apply(sample.picture)[None])[0])
            mixed = (1 - share) * sample.infection + share * 255 * seen
            sample = replace(sample, infection=np.rint(mixed).astype(np.uint8))
        mended.append(sample)
    return mended


def _part(folder: Path | None, name: str) -> Path | None:
    return None if folder is None else folder / name


def _train(
    model: Any,
    samples: Samples,
    validation: Samples | None,
    plan: InfectionPlan,
    lead_epochs: int,
    folder: Path | None,
) -> list[dict[str, float]]:
    common: dict[str, Any] = {
        "size": plan.size,
        "batch_size": plan.batch_size,
        "clahe": plan.clahe,
        "standardise": plan.standardise,
        "seed": plan.seed,
    }
    data = InfectionData(
        samples,
        augment=plan.augment,
        draws=plan.epoch_slices,
        lead=plan.lead,
        consolidate=plan.consolidate,
        epochs=lead_epochs,
        **common,
    )
    aside = None if validation is None else InfectionData(validation, **common)
    model.compile(
        optimizer=keras.optimizers.Adam(
            cosine_decay(plan.learning_rate, len(data) * plan.epochs, floor=plan.floor),
            clipnorm=1.0,
        ),
        loss=InfectionLoss(plan.loss),
        metrics=[infection_dice],
    )
    return train(
        model,
        data,
        aside,
        epochs=plan.epochs,
        monitor=None if aside is None else "val_infection_dice",
        folder=folder,
        average=plan.average,
        verbose=plan.verbose,
    )
