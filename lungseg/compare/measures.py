"""Figures of a classifier, fast enough to be measured a hundred thousand times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

#: In the order in which `classifier_measures` returns them.
CLASSIFIER_FIGURES = ("roc_auc", "f1", "weighted_f1", "accuracy", "sensitivity", "specificity")


def classifier_measures(
    truth: NDArray[np.intp], predicted: NDArray[np.intp], probabilities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Measure a classifier on one sample of its scans.

    scikit-learn's functions, which these agree with, check their arguments for longer than
    they compute, and a bootstrap of many recipes and seeds would take hours.

    Parameters
    ----------
    truth, predicted : int arrays of shape (n,)
        Numbers of the classes.
    probabilities : float array of shape (n, classes)

    Returns
    -------
    float array of shape (6,)
        `CLASSIFIER_FIGURES`. Of two classes those of the second; of more the macro mean, one
        class against the rest. NaN where a class is missing.

    References
    ----------
    Hanley and McNeil, "The Meaning and Use of the Area under a ROC Curve", Radiology 1982.

    Examples
    --------
    >>> truth, scores = np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.7, 0.8])
    >>> predicted = (scores > 0.5).astype(int)
    >>> classifier_measures(truth, predicted, np.stack([1 - scores, scores], 1)).tolist()
    [1.0, 0.8, 0.7333333333333334, 0.75, 1.0, 0.5]
    """
    count = probabilities.shape[1]
    table = np.bincount(truth * count + predicted, minlength=count**2).reshape(count, count)
    ill, marked, right = table.sum(axis=1), table.sum(axis=0), table.diagonal()
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = np.where(ill + marked > 0, 2 * right / np.maximum(ill + marked, 1), 0.0)
        sensitivity = right / ill
        specificity = (len(truth) - ill - marked + right) / (len(truth) - ill)
    chosen = slice(1, 2) if count == 2 else slice(None)
    areas = [_area(truth == column, probabilities[:, column]) for column in range(count)[chosen]]
    return np.array(
        [
            np.mean(areas),
            f1[chosen].mean(),
            f1 @ ill / len(truth),
            right.sum() / len(truth),
            sensitivity[chosen].mean(),
            specificity[chosen].mean(),
        ]
    )


def _area(ill: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Area under the ROC curve, from the ranks of the ill."""
    positive = int(ill.sum())
    negative = len(ill) - positive
    if not (positive and negative):
        return float("nan")
    ranks = rankdata(scores)[ill].sum()
    return float((ranks - positive * (positive + 1) / 2) / (positive * negative))
