"""Whether the parameters of a classifier go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lungseg.evaluation.thresholds import check_aim
from lungseg.inference.score import VIEWS
from lungseg.networks.registry import check_options, info, names
from lungseg.params import check_params
from lungseg.pooling import RULES

if TYPE_CHECKING:
    from lungseg.classifier import CTClassifier

#: Auxiliary scans stand beside what a classifier is for, and not in its place.
_MOST_AUXILIARY = 0.9


def check_classifier(classifier: CTClassifier) -> None:
    """Check the parameters of a classifier, as its `fit` does before any scan is read.

    Parameters
    ----------
    classifier : CTClassifier

    Raises
    ------
    ValueError
        Naming the parameter, its value and what is allowed.
    ImportError
        If what a parameter needs is not installed.

    Examples
    --------
    >>> from lungseg import CTClassifier
    >>> check_classifier(CTClassifier(views=3))
    Traceback (most recent call last):
    ValueError: views of CTClassifier must be one of (1, 2, 4), got 3
    """
    check_params(
        classifier,
        loss=("focal", "cross-entropy"),
        engine=("auto", "keras"),
        offline=("error", "random"),
        pool=tuple(RULES),
        input_size=(1, None),
        gamma=(0, None),
        dropout=(0, 0.95),
        epochs=(1 if classifier.ridge is None else 0, None),
        batch_size=(1, None),
        learning_rate=(0, None),
        validation_fraction=(0, 0.9),
        max_slices=(1, None),
        frozen_epochs=(0, None),
        unfreeze=(0, 1),
        average=(0, 0.99999),
        mixup=(0, None),
    )
    _check_sampling(classifier)
    _check_network(classifier)
    if classifier.views not in VIEWS:
        raise ValueError(f"views of CTClassifier must be one of {VIEWS}, got {classifier.views!r}")
    if classifier.ridge is not None:
        check_params(classifier, ridge=(0, None))
    if classifier.shares is not None:
        _check_shares(classifier)
    if classifier.folds is not None:
        check_params(classifier, folds=(2, None))
    if classifier.patience is not None:
        check_params(classifier, patience=(1, None))
    if isinstance(classifier.threshold, (str, tuple)):
        try:
            check_aim(classifier.threshold)
        except ValueError as error:
            raise ValueError(f"threshold of CTClassifier: {error}") from None
    else:
        check_params(classifier, threshold=(0, 1))


def check_auxiliary_share(classifier: CTClassifier) -> None:
    """Check how much say auxiliary scans are to have, before any scan is read.

    Parameters
    ----------
    classifier : CTClassifier

    Raises
    ------
    ValueError
        If a share is not from 0 to .9, or there are several and not one for each trunk.

    Examples
    --------
    >>> from lungseg import CTClassifier
    >>> check_auxiliary_share(CTClassifier(auxiliary_share=1.0))
    Traceback (most recent call last):
    ValueError: auxiliary_share of CTClassifier must be from 0 to 0.9, got 1.0
    """
    given = classifier.auxiliary_share
    several = isinstance(given, (tuple, list))
    shares = np.atleast_1d(given)
    if not ((shares >= 0) & (shares <= _MOST_AUXILIARY)).all():
        raise ValueError(
            f"auxiliary_share of CTClassifier must be from 0 to {_MOST_AUXILIARY}, got {given!r}"
        )
    trunks = (classifier.network_options or {}).get("trunks", 1)
    if several and (classifier.ridge is None or len(shares) != trunks):
        raise ValueError(
            f"auxiliary_share of CTClassifier must be one number, or with ridge one for each of "
            f"the {trunks} trunks of the network, got {given!r}"
        )


def _check_shares(classifier: CTClassifier) -> None:
    shares = classifier.shares
    trunks = (classifier.network_options or {}).get("trunks", 1)
    if classifier.ridge is None or len(shares or ()) != trunks or min(shares or (0,)) <= 0:
        raise ValueError(
            f"shares of CTClassifier must be one positive number for each of the {trunks} trunks "
            f"of the network, and go with ridge, got {shares!r}"
        )


def _check_sampling(classifier: CTClassifier) -> None:
    if classifier.sampling not in (None, "balanced", "smote"):
        raise ValueError(
            "sampling of CTClassifier must be one of 'balanced', 'smote' or None, got "
            f"{classifier.sampling!r}"
        )
    if classifier.sampling is not None and classifier.class_weight == "balanced":
        raise ValueError(
            "sampling and class_weight of CTClassifier would both make up for the same "
            "imbalance: give one of them"
        )
    if classifier.sampling == "smote":
        from lungseg.training.smote import require_smote

        require_smote()


def _check_network(classifier: CTClassifier) -> None:
    """Refuse what building the network would."""
    known = info(classifier.network)
    if known.task != "classify":
        raise ValueError(
            f"{classifier.network} marks pixels; the classifiers are {', '.join(names('classify'))}"
        )
    if classifier.input_size < known.smallest:
        check_params(classifier, input_size=(known.smallest, None))
    if classifier.weights == "imagenet" and not known.imagenet:
        raise ValueError(f"there are no ImageNet weights of {classifier.network}")
    options = classifier.network_options or {}
    weights, trunks = classifier.weights, options.get("trunks", 1)
    if isinstance(weights, (list, tuple)) and len(weights) != trunks:
        raise ValueError(
            f"weights of CTClassifier must be one for each trunk: the network has {trunks}, "
            f"got {weights!r}"
        )
    for taken in ("dropout", "weights"):
        if taken in options:
            raise ValueError(f"network_options of CTClassifier: {taken} is a parameter itself")
    check_options(classifier.network, options)
