"""Pretraining of the classifier's trunk: it learns to mark lesions and lungs first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lungseg.artifact import Precision, write_artifact
from lungseg.backend import keras
from lungseg.networks import build
from lungseg.networks.efficientnet_unet import efficientnet_unet
from lungseg.networks.start import start_from
from lungseg.networks.transfer import copy_weights, trunk_of
from lungseg.training.hold_out import hold_out
from lungseg.training.lesion_bank import LesionBank
from lungseg.training.lesson_data import LessonData
from lungseg.training.lesson_loss import LesionDice, LessonLoss
from lungseg.training.lessons import Lesson
from lungseg.training.loop import cosine_decay, train


def pretrain_trunk(
    lessons: Sequence[Lesson],
    *,
    size: int = 224,
    epochs: int = 12,
    batch_size: int = 16,
    learning_rate: float = 1e-3,
    validation_fraction: float = 0.1,
    bank: LesionBank | None = None,
    restore: float = 2.0,
    weights: str | Path | None = None,
    folder: Path | None = None,
    seed: int = 0,
    verbose: int = 0,
) -> tuple[Any, list[dict[str, float]]]:
    """Train a U-Net on an EfficientNetB0 trunk: lesions, lungs, and spoilt pictures restored.

    What finds lesions makes a better start for a classifier of disease than random
    weights, and it needs no picture from outside chest CT. To restore a picture needs no
    label at all.

    Parameters
    ----------
    lessons : sequence of Lesson
    size, epochs, batch_size, learning_rate, validation_fraction, seed, verbose
        As in `LungMasker`; a share of the groups picks the best epoch.
    bank : LesionBank, optional
        Blended into healthy pictures; see `LessonData`.
    restore : float
        Weight of restoring spoilt pictures beside that of the lesions, 1. With 0 no patches
        are erased either: what is hidden cannot be marked.
    weights : str or Path, optional
        Trained weights to start from, in place of random ones; see `start_from`.
    folder : Path, optional
        Where checkpoints go; a training that was cut off goes on from there.

    Returns
    -------
    model : keras.Model
        See `efficientnet_unet`; its channels are lesions, lungs and the picture.
    history : list of dict
        Figures of each epoch.
    """
    keras.utils.set_random_seed(seed)
    model = efficientnet_unet((size, size, 1), 3)
    if weights is not None:
        start_from(model, weights)
    keep, aside = hold_out([lesson.group for lesson in lessons], validation_fraction, seed)
    common: dict[str, Any] = {"size": size, "batch_size": batch_size, "bank": bank, "seed": seed}
    common["erase"] = restore > 0
    data = LessonData([lessons[i] for i in keep], augment=True, **common)
    validation = LessonData([lessons[i] for i in aside], **common)
    model.compile(
        optimizer=keras.optimizers.Adam(cosine_decay(learning_rate, len(data) * epochs)),
        loss=LessonLoss(picture=restore),
        metrics=[LesionDice()],
    )
    history = train(
        model,
        data,
        validation,
        epochs=epochs,
        monitor="val_loss",
        mode="min",
        folder=folder,
        verbose=verbose,
    )
    return model, history


def save_trunk(
    model: Any, folder: Path, *, size: int, documents: Mapping[str, str], precision: Precision
) -> Path:
    """Write the trunk of a pretrained U-Net, for ``CTClassifier(weights=folder)``.

    Parameters
    ----------
    model : keras.Model
        As `pretrain_trunk` returns it.
    folder : Path
    size : int
        Side of the pictures it was trained on.
    documents, precision
        As in `lungseg.artifact.write_artifact`.

    Returns
    -------
    Path
    """
    trunk = trunk_of(build("efficientnetb0", (size, size, 1), 2))
    copy_weights(model, trunk)
    return write_artifact(
        folder,
        config={"kind": "trunk", "trunk": {"network": "efficientnetb0", "input_size": size}},
        models={"trunk": trunk},
        documents=documents,
        precision=precision,
    )
