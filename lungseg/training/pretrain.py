"""Pretraining of the classifier's trunk: it learns to mark lesions first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.artifact import Precision, write_artifact
from lungseg.backend import keras
from lungseg.io.masks import read_mask
from lungseg.io.reader import read
from lungseg.manifest import read_manifest
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


def read_lesions(
    manifest: Path, *, quarter_turns: int = 0, every: int = 1, repeat_single: int = 1
) -> tuple[list[NDArray[np.uint8]], list[NDArray[np.bool_]], list[str]]:
    """Read pictures and the masks of their lesions.

    Parameters
    ----------
    manifest : Path
        CSV with ``file``, ``mask`` and ``case``; a picture without a case stands for
        itself.
    quarter_turns : int
        Anticlockwise turns that bring the pictures upright.
    every : int
        Neighbouring slices of a volume are alike: of the pictures with a case every
        so-manieth is taken.
    repeat_single : int
        How often pictures without a case are taken: experts drew their masks.

    Returns
    -------
    pictures, lesions : lists of arrays of shape (rows, columns)
    groups : list of str

    Raises
    ------
    lungseg.InputError
        If the manifest lacks a column, or a file cannot be read.
    """
    rows = read_manifest(manifest, need=("mask",), patient="case").thinned(every).rows
    # Those without a patient come first.
    chosen = [row for row in rows if not row.patient] * (repeat_single - 1) + list(rows)
    pictures, lesions, groups = [], [], []
    for row in chosen:
        scan = read(row.file)
        lesion = read_mask(row.mask, scan, soft=True)
        pictures.append(np.ascontiguousarray(np.rot90(scan.voxels[0], quarter_turns)))
        lesions.append(np.ascontiguousarray(np.rot90(lesion[0], quarter_turns)))
        groups.append(row.patient or row.file.name)
    return pictures, lesions, groups
