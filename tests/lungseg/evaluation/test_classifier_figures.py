"""The fast figures against scikit-learn's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from lungseg.evaluation.calibration import expected_calibration_error
from lungseg.evaluation.classifier_figures import FIGURES, classifier_figures


def sample(classes: int, n: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng((classes, n, seed))
    truth = rng.integers(classes, size=n)
    scores = rng.dirichlet(np.ones(classes), n) + 0.3 * np.eye(classes)[truth]
    scores = (scores / scores.sum(axis=1, keepdims=True)).round(1) + 1e-3  # with ties
    scores /= scores.sum(axis=1, keepdims=True)
    return truth, scores.argmax(axis=1), scores


def two(t: Any, f: Any, s: Any) -> dict[str, Any]:
    return {
        "roc_auc": lambda: metrics.roc_auc_score(t, s[:, 1]),
        "pr_auc": lambda: metrics.average_precision_score(t, s[:, 1]),
        "f1": lambda: metrics.f1_score(t, f),
        "sensitivity": lambda: metrics.recall_score(t, f),
        "specificity": lambda: metrics.recall_score(t, f, pos_label=0),
        "precision": lambda: metrics.precision_score(t, f),
        "brier": lambda: metrics.brier_score_loss(t, s[:, 1]),
    }


def more(t: Any, f: Any, s: Any) -> dict[str, Any]:
    count = s.shape[1]
    return {
        "roc_auc": lambda: metrics.roc_auc_score(t, s, multi_class="ovr", labels=range(count)),
        "pr_auc": lambda: metrics.average_precision_score(np.eye(count)[t], s),
        "f1": lambda: metrics.f1_score(t, f, average="macro"),
        "sensitivity": lambda: metrics.recall_score(t, f, average="macro"),
        "specificity": lambda: np.mean(
            [metrics.recall_score(t == n, f == n, pos_label=0) for n in range(count)]
        ),
        "precision": lambda: metrics.precision_score(t, f, average="macro"),
        "brier": lambda: np.mean(np.sum((s - np.eye(count)[t]) ** 2, axis=1)),
    }


def by_scikit_learn(t: Any, f: Any, s: Any) -> dict[str, float]:
    """Figures, NaN where scikit-learn warns or refuses."""
    figures = {
        **(two if s.shape[1] == 2 else more)(t, f, s),
        "accuracy": lambda: metrics.accuracy_score(t, f),
        "balanced_accuracy": lambda: metrics.balanced_accuracy_score(t, f),
        "weighted_f1": lambda: metrics.f1_score(t, f, average="weighted"),
        "mcc": lambda: metrics.matthews_corrcoef(t, f),
        "ece": lambda: expected_calibration_error(t, s),
    }
    found = {}
    for name, figure in figures.items():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                found[name] = float(figure())
            except (ValueError, UserWarning, RuntimeWarning):
                found[name] = np.nan
    return found


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("n", [200, 12])
def test_they_are_those_of_scikit_learn(classes, n) -> None:
    t, f, s = sample(classes, n)
    found = dict(zip(FIGURES, classifier_figures(t, f, s).tolist(), strict=True))
    assert found == pytest.approx(by_scikit_learn(t, f, s), abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(("true", "said"), [(0, 0), (1, 1), (0, 1), (1, 0)])
def test_what_is_not_defined_is_not_a_number(classes, true, said) -> None:
    t, f = np.full(4, true), np.full(4, said)
    s = 0.9 * np.eye(classes)[f] + 0.1 / classes
    found = dict(zip(FIGURES, classifier_figures(t, f, s).tolist(), strict=True))
    expected = by_scikit_learn(t, f, s)
    for name in ("roc_auc", "accuracy", "f1", "sensitivity", "precision", "mcc", "weighted_f1"):
        if not np.isnan(expected[name]):
            assert found[name] == pytest.approx(expected[name]), name
    assert np.isnan(found["roc_auc"])
    assert found["accuracy"] == (true == said)
