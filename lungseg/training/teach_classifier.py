"""What a classifier's parameters make of a training."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight

from lungseg.training.bags import Bags
from lungseg.training.classifier_fit import Labelled, train_classifier
from lungseg.training.fit_head import fit_head
from lungseg.training.focal import KerasFocalLoss, focal_loss
from lungseg.training.schedule import Schedule

if TYPE_CHECKING:
    from lungseg.classifier import CTClassifier


def teach_classifier(
    classifier: CTClassifier,
    model: Any,
    bags: Bags,
    aside: Bags | None = None,
    *,
    auxiliary: Bags | None = None,
    started: bool = False,
    part: str = "",
) -> list[dict[str, float]]:
    """Teach a network what the parameters of a classifier say: last layer, epochs, or both.

    Parameters
    ----------
    classifier : CTClassifier
        Whose ``classes_`` are known. It stays as it is.
    model : keras.Model
        From grey 0…255 to logits; it learns.
    bags : Bags
    aside : Bags, optional
        Scans by which the epoch is picked.
    auxiliary : Bags, optional
        Scans that have ``auxiliary_share`` of the say, however many they are.
    started : bool
        The network was trained before.
    part : str
        Name of the folder, in those of checkpoints and of TensorBoard.

    Returns
    -------
    list of dict
        Figures of the last layer's own fit, and of each epoch.
    """
    balanced = classifier.sampling == "balanced"
    draws = bags.weights(balanced=True) if balanced else None
    if auxiliary is not None:
        # One row for each share: trunks may have shares of their own.
        share = np.asarray(classifier.auxiliary_share, np.float64)[..., None]
        parts = (1 - share, bags), (share, auxiliary)
        draws = np.concatenate(
            [part * own.weights(balanced=balanced) for part, own in parts], axis=-1
        )
        bags = bags.joined(auxiliary)
    data = bags.flat()
    gamma, alpha = _focus(classifier, data[1])
    # Mixup blends labels.
    loss = KerasFocalLoss(gamma, alpha) if classifier.mixup else focal_loss(gamma, alpha)
    history = []
    if classifier.ridge is not None:
        found = fit_head(
            model,
            data,
            ridge=classifier.ridge,
            gamma=gamma,
            alpha=alpha,
            weights=draws,
            mirror=classifier.augment,
            batch_size=classifier.batch_size,
            shares=classifier.shares,
            seen=bags.seen,
        )
        history.append(found)
        _say(classifier, found)
    if classifier.epochs:
        history += train_classifier(
            model,
            data,
            None if aside is None else aside.flat(),
            loss=loss,
            schedule=_schedule(classifier, len(data[1]), started),
            augment=classifier.augment,
            weights=None if draws is None else np.atleast_2d(draws).mean(axis=0),
            folder=_folder(classifier.checkpoint, part),
            tensorboard=_folder(classifier.tensorboard, part),
            seed=classifier.seed,
            verbose=classifier.verbose,
        )
    if classifier.sampling == "smote":
        _fit_last_layer(classifier, model, data, loss)
    return history


def _say(classifier: CTClassifier, found: dict[str, float]) -> None:
    if classifier.verbose:
        shown = "  ".join(f"{name} {value:.4f}" for name, value in found.items())
        print(f"head  {shown}", file=sys.stderr, flush=True)


def _folder(folder: str | Path | None, part: str) -> Path | None:
    return None if folder is None else Path(folder) / part


def _schedule(classifier: CTClassifier, pictures: int, started: bool) -> Schedule:
    freeze_norm = classifier.freeze_norm
    if freeze_norm == "auto":
        freeze_norm = started and pictures < 8 * classifier.batch_size
    # A trunk that was to be trained already and is not has to learn with the rest.
    afresh = classifier.weights is not None and not started
    return Schedule(
        epochs=classifier.epochs + (classifier.frozen_epochs if afresh else 0),
        batch_size=classifier.batch_size,
        learning_rate=classifier.learning_rate,
        frozen_epochs=0 if afresh else classifier.frozen_epochs,
        unfreeze=1.0 if afresh else classifier.unfreeze,
        freeze_norm=bool(freeze_norm),
        average=classifier.average,
        mixup=classifier.mixup,
        patience=classifier.patience,
    )


def _focus(classifier: CTClassifier, numbers: NDArray[Any]) -> tuple[float, list[float] | None]:
    """Gamma and alpha of the focal loss; cross-entropy is that of gamma 0."""
    classes = classifier.classes_
    weights = (
        np.ones(len(classes)) if classifier.alpha is None else np.array(classifier.alpha, float)
    )
    if len(weights) != len(classes):
        raise ValueError(f"alpha needs {len(classes)} weights, got {len(weights)}")
    if classifier.class_weight is not None:
        weights = weights * compute_class_weight(
            classifier.class_weight, classes=classes, y=classes[numbers]
        )
    gamma = classifier.gamma if classifier.loss == "focal" else 0.0
    return gamma, None if np.all(weights == 1) else weights.tolist()


def _fit_last_layer(classifier: CTClassifier, model: Any, data: Labelled, loss: Any) -> None:
    from lungseg.training.smote import fit_last_layer

    # A last layer by itself bears a higher rate, as in `train_classifier`.
    fit_last_layer(
        model,
        data,
        loss=loss,
        batch_size=classifier.batch_size,
        learning_rate=10 * classifier.learning_rate,
        seed=classifier.seed,
    )
