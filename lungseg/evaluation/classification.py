"""Figures of a classifier."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import metrics

from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.calibration import expected_calibration_error

Figure = Callable[[NDArray[Any], NDArray[Any], NDArray[Any]], float]


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
    figures = _binary() if len(order) == 2 else _multiclass(len(order))
    return {
        "classes": order.tolist(),
        "figures": {
            name: bootstrap_estimate(
                _defined(figure), groups, truth, found, scores, repeats=repeats, seed=seed
            ).to_dict()
            for name, figure in figures.items()
        },
        "confusion": metrics.confusion_matrix(truth, found, labels=range(len(order))).tolist(),
    }


def _defined(figure: Figure) -> Callable[..., float | None]:
    """Turn what scikit-learn warns of or refuses (one class only) into None."""

    def measure(truth: NDArray[Any], found: NDArray[Any], scores: NDArray[Any]) -> float | None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                value = float(figure(truth, found, scores))
            except (ValueError, RuntimeWarning, UserWarning):
                return None
        return value if np.isfinite(value) else None

    return measure


def _binary() -> dict[str, Figure]:
    return {
        "roc_auc": lambda t, f, s: metrics.roc_auc_score(t, s[:, 1]),
        "pr_auc": lambda t, f, s: metrics.average_precision_score(t, s[:, 1]),
        "accuracy": lambda t, f, s: metrics.accuracy_score(t, f),
        "balanced_accuracy": lambda t, f, s: metrics.balanced_accuracy_score(t, f),
        "f1": lambda t, f, s: metrics.f1_score(t, f),
        "sensitivity": lambda t, f, s: metrics.recall_score(t, f),
        "specificity": lambda t, f, s: metrics.recall_score(t, f, pos_label=0),
        "precision": lambda t, f, s: metrics.precision_score(t, f),
        "mcc": lambda t, f, s: metrics.matthews_corrcoef(t, f),
        "brier": lambda t, f, s: np.mean((s[:, 1] - t) ** 2),
        "ece": lambda t, f, s: expected_calibration_error(t, s),
    }


def _multiclass(count: int) -> dict[str, Figure]:
    def brier(truth: NDArray[Any], found: NDArray[Any], scores: NDArray[Any]) -> float:
        return float(np.mean(np.sum((scores - np.eye(count)[truth]) ** 2, axis=1)))

    def specificity(truth: NDArray[Any], found: NDArray[Any], scores: NDArray[Any]) -> float:
        others = [truth != number for number in range(count)]
        return float(np.mean([np.mean(found[o] != n) for n, o in enumerate(others) if o.any()]))

    return {
        "roc_auc": lambda t, f, s: metrics.roc_auc_score(
            t, s, multi_class="ovr", labels=range(count)
        ),
        "pr_auc": lambda t, f, s: metrics.average_precision_score(np.eye(count)[t], s),
        "accuracy": lambda t, f, s: metrics.accuracy_score(t, f),
        "balanced_accuracy": lambda t, f, s: metrics.balanced_accuracy_score(t, f),
        "f1": lambda t, f, s: metrics.f1_score(t, f, average="macro"),
        "sensitivity": lambda t, f, s: metrics.recall_score(t, f, average="macro"),
        "specificity": specificity,
        "precision": lambda t, f, s: metrics.precision_score(t, f, average="macro"),
        "mcc": lambda t, f, s: metrics.matthews_corrcoef(t, f),
        "brier": brier,
        "ece": lambda t, f, s: expected_calibration_error(t, s),
    }
