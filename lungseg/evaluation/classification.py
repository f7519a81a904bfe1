"""Figures of a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import confusion_matrix

from lungseg.evaluation.bootstrap import bootstrap_estimates
from lungseg.evaluation.classifier_figures import FIGURES, classifier_figures


def evaluate_classifier(
    y_true: Sequence[Any],
    probabilities: ArrayLike,
    y_pred: Sequence[Any],
    *,
    classes: Sequence[Any],
    groups: Sequence[Any],
    repeats: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Measure a classifier, each figure with a bootstrap interval over patients.

    Parameters
    ----------
    y_true, y_pred : sequences of length n
        Labels given and predicted.
    probabilities : array of shape (n, classes)
        AUC are computed from these, never from labels.
    classes : sequence
        In the order of the columns. Of two, the second is the positive one; of more,
        figures are macro averages, one class against the rest.
    groups : sequence of length n
        Patient of each sample.
    repeats, seed
        Of the bootstrap.

    Returns
    -------
    dict
        ``figures``: name → value, low, high, n, patients (None where undefined);
        ``confusion``: rows are true classes; ``classes``.

    Examples
    --------
    >>> result = evaluate_classifier([0, 0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.3, 0.7],
    ...     [0.2, 0.8]], [0, 1, 1, 1], classes=[0, 1], groups=[1, 2, 3, 4])
    >>> result["figures"]["roc_auc"]["value"], result["confusion"]
    (1.0, [[1, 1], [0, 2]])
    """
    order = np.asarray(classes)
    scores = np.asarray(probabilities, float)
    numbers = {label: number for number, label in enumerate(order.tolist())}
    truth = np.array([numbers[label] for label in np.asarray(y_true).tolist()])
    found = np.array([numbers[label] for label in np.asarray(y_pred).tolist()])
    estimates = bootstrap_estimates(
        FIGURES, classifier_figures, groups, truth, found, scores, repeats=repeats, seed=seed
    )
    return {
        "classes": order.tolist(),
        "figures": {name: estimate.to_dict() for name, estimate in estimates.items()},
        "confusion": confusion_matrix(truth, found, labels=range(len(order))).tolist(),
    }
