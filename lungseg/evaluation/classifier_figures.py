"""Figures of a classifier on one sample, fast enough for a bootstrap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lungseg.evaluation.calibration import expected_calibration_error
from lungseg.evaluation.roc_area import roc_area

#: In the order in which `classifier_figures` returns them.
FIGURES = (
    "roc_auc",
    "pr_auc",
    "accuracy",
    "balanced_accuracy",
    "f1",
    "weighted_f1",
    "sensitivity",
    "specificity",
    "precision",
    "mcc",
    "brier",
    "ece",
)


def classifier_figures(
    truth: NDArray[np.intp], predicted: NDArray[np.intp], probabilities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Measure a classifier.

    scikit-learn's functions, with which these agree, check their arguments for longer than
    they compute, which a bootstrap pays a thousand times.

    Parameters
    ----------
    truth, predicted : int arrays of shape (n,)
        Numbers of the classes.
    probabilities : float array of shape (n, classes)

    Returns
    -------
    float array of shape (12,)
        `FIGURES`. Of two classes those of the second; of more the macro mean, one class
        against the rest. NaN where a figure is not defined, as the area under a ROC curve
        without one of the classes.

    References
    ----------
    Gorodkin, "Comparing two K-category assignments", Comput. Biol. Chem. 2004 (MCC).

    Examples
    --------
    >>> truth, scores = np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.7, 0.8])
    >>> found = classifier_figures(truth, (scores > 0.5) * 1, np.stack([1 - scores, scores], 1))
    >>> dict(zip(FIGURES, found.tolist()))["accuracy"]
    0.75
    """
    count = probabilities.shape[1]
    table = np.bincount(truth * count + predicted, minlength=count**2).reshape(count, count)
    columns = [1] if count == 2 else list(range(count))
    roc = [roc_area(truth == column, probabilities[:, column]) for column in columns]
    precise = [_precision_area(truth == column, probabilities[:, column]) for column in columns]
    distance = (probabilities - np.eye(count)[truth]) ** 2
    return np.array(
        [
            np.mean(roc),
            np.mean(precise),
            *_of_table(table, two=count == 2),
            # Of two classes the second alone, as the score has long been defined.
            distance[:, 1].mean() if count == 2 else distance.sum(axis=1).mean(),
            expected_calibration_error(truth, probabilities),
        ]
    )


def _of_table(table: NDArray[np.intp], *, two: bool) -> list[float]:
    """Figures of a table of true against predicted classes, from accuracy to MCC."""
    total, right = table.sum(), table.diagonal()
    ill, marked = table.sum(axis=1), table.sum(axis=0)
    seen = (ill + marked) > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, precision = right / ill, right / marked
        f1 = 2 * right / (ill + marked)
        specificity = (total - ill - marked + right) / (total - ill)
    weighted = np.sum(np.where(seen, f1, 0) * ill) / total
    mcc = _mcc(total, right, ill, marked)
    accuracy, balanced = right.sum() / total, recall[seen].mean()
    if two:
        return [accuracy, balanced, f1[1], weighted, recall[1], recall[0], precision[1], mcc]
    macro = [values[seen].mean() for values in (f1, recall, precision)]
    others = specificity[ill < total].mean()
    return [accuracy, balanced, macro[0], weighted, macro[1], others, macro[2], mcc]


def _mcc(
    total: int, right: NDArray[np.intp], ill: NDArray[np.intp], marked: NDArray[np.intp]
) -> float:
    """Matthews' correlation; 0 where one class alone is true, or predicted."""
    spread = float(total**2 - marked @ marked) * float(total**2 - ill @ ill)
    return float((right.sum() * total - ill @ marked) / np.sqrt(spread)) if spread else 0.0


def _precision_area(ill: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Average precision: the mean of the precision at each threshold, by the gain of recall."""
    if not ill.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    ends = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)
    caught = np.cumsum(ill[order])[ends]
    gains = np.diff(caught, prepend=0) / ill.sum()
    return float(np.sum(gains * caught / (ends + 1)))
