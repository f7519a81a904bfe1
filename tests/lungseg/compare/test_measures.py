from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from lungseg.compare.measures import CLASSIFIER_FIGURES, classifier_measures


def sample(classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(classes)
    truth = rng.integers(classes, size=200)
    scores = rng.dirichlet(np.ones(classes), 200) + 0.3 * np.eye(classes)[truth]
    scores = (scores / scores.sum(axis=1, keepdims=True)).round(2)  # with ties
    return truth, scores.argmax(axis=1), scores / scores.sum(axis=1, keepdims=True)


def by_scikit_learn(truth, predicted, scores) -> dict[str, float]:
    if scores.shape[1] == 2:
        area = metrics.roc_auc_score(truth, scores[:, 1])
        kind, wrong = "binary", [metrics.recall_score(truth, predicted, pos_label=0)]
    else:
        area = metrics.roc_auc_score(truth, scores, multi_class="ovr")
        kind = "macro"
        others = range(scores.shape[1])
        wrong = [metrics.recall_score(truth == n, predicted == n, pos_label=0) for n in others]
    return {
        "roc_auc": area,
        "f1": metrics.f1_score(truth, predicted, average=kind),
        "weighted_f1": metrics.f1_score(truth, predicted, average="weighted"),
        "accuracy": metrics.accuracy_score(truth, predicted),
        "sensitivity": metrics.recall_score(truth, predicted, average=kind),
        "specificity": float(np.mean(wrong)),
    }


@pytest.mark.parametrize("classes", [2, 3])
def test_they_are_those_of_scikit_learn(classes) -> None:
    truth, predicted, scores = sample(classes)
    found = dict(
        zip(CLASSIFIER_FIGURES, classifier_measures(truth, predicted, scores), strict=True)
    )
    assert found == pytest.approx(by_scikit_learn(truth, predicted, scores), abs=1e-12)


def test_without_one_class_the_area_is_not_defined() -> None:
    found = classifier_measures(np.ones(3, int), np.ones(3, int), np.eye(2)[[1, 1, 0]])
    assert np.isnan(found[CLASSIFIER_FIGURES.index("roc_auc")])
    assert found[CLASSIFIER_FIGURES.index("accuracy")] == 1
