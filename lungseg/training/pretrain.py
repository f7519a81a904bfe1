"""Pretraining of the classifier's trunk: it learns to mark lesions first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.artifact import Precision, write_artifact
from lungseg.backend import keras
from lungseg.networks import build
from lungseg.networks.efficientnet_unet import efficientnet_unet
from lungseg.networks.transfer import copy_weights, trunk_of
from lungseg.training.augment_slice import SliceAugmentation
from lungseg.training.hold_out import hold_out
from lungseg.training.loop import cosine_decay, train
from lungseg.training.losses import DiceCrossEntropy
from lungseg.training.metrics import mean_dice
from lungseg.training.slice_data import SliceData


def pretrain_trunk(
    pictures: Sequence[NDArray[np.uint8]],
    lesions: Sequence[NDArray[np.bool_]],
    groups: Sequence[Any],
    *,
    size: int = 224,
    epochs: int = 12,
    batch_size: int = 16,
    learning_rate: float = 1e-3,
    validation_fraction: float = 0.1,
    folder: Path | None = None,
    seed: int = 0,
    verbose: int = 0,
) -> tuple[Any, list[dict[str, float]]]:
    """Train a U-Net on an EfficientNetB0 trunk to mark lesions.

    What finds lesions makes a better start for a classifier of disease than random
    weights, and it needs no picture from outside chest CT.

    Parameters
    ----------
    pictures : sequence of uint8 arrays of shape (rows, columns)
    lesions : sequence of bool arrays of the same shapes
    groups : sequence
        Patient or volume of each picture; a share of them picks the best epoch.
    size, epochs, batch_size, learning_rate, validation_fraction, seed, verbose
        As in `LungMasker`.
    folder : Path, optional
        Where checkpoints go; a training that was cut off goes on from there.

    Returns
    -------
    model : keras.Model
        See `efficientnet_unet`.
    history : list of dict
        Figures of each epoch.
    """
    keras.utils.set_random_seed(seed)
    model = efficientnet_unet((size, size, 1))
    keep, aside = hold_out(groups, validation_fraction, seed)
    common: dict[str, Any] = {"size": size, "batch_size": batch_size, "seed": seed}
    data = SliceData(
        [pictures[i] for i in keep],
        [lesions[i] for i in keep],
        augment=SliceAugmentation(size, crop=False),
        **common,
    )
    validation = SliceData([pictures[i] for i in aside], [lesions[i] for i in aside], **common)
    model.compile(
        optimizer=keras.optimizers.Adam(cosine_decay(learning_rate, len(data) * epochs)),
        loss=DiceCrossEntropy(),
        metrics=[mean_dice],
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
