from __future__ import annotations

import numpy as np
import pytest

from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.classification import evaluate_classifier
from lungseg.evaluation.dice import dice, jaccard
from lungseg.evaluation.thresholds import choose_threshold


def test_overlap_of_known_shapes() -> None:
    a, b = np.zeros((2, 10, 10), bool)
    a[:, :6], b[:, 4:] = True, True
    assert dice(a, b) == pytest.approx(2 * 20 / 120)
    assert jaccard(a, b) == pytest.approx(20 / 100)
    assert dice(a, a) == jaccard(b, b) == 1
    assert dice(np.zeros(3), np.zeros(3)) == 1
    assert dice(np.zeros(3), np.ones(3)) == 0
    with pytest.raises(ValueError, match="one shape"):
        dice(np.zeros(3), np.zeros(4))


def test_patients_and_not_samples_are_drawn() -> None:
    rng = np.random.default_rng(0)
    by_patient = rng.normal(size=12)
    values, groups = np.repeat(by_patient, 25), np.repeat(np.arange(12), 25)
    whole = bootstrap_estimate(np.mean, groups, values)
    naive = bootstrap_estimate(np.mean, np.arange(len(values)), values)
    assert whole.high - whole.low > 3 * (naive.high - naive.low)
    # The interval of the mean of 12 independent values is known.
    assert whole.high - whole.low == pytest.approx(
        2 * 1.96 * by_patient.std() / np.sqrt(12), rel=0.25
    )
    assert (whole.n, whole.patients) == (300, 12)


def test_an_undefined_figure_is_none() -> None:
    result = evaluate_classifier(
        ["a", "a"], [[0.9, 0.1], [0.6, 0.4]], ["a", "a"], classes=["a", "b"], groups=[1, 2]
    )
    assert result["figures"]["roc_auc"]["value"] is None
    assert result["figures"]["accuracy"]["value"] == 1.0


def test_figures_by_hand() -> None:
    truth = ["n", "n", "n", "p", "p"]
    scores = np.array([0.1, 0.2, 0.7, 0.6, 0.9])
    predicted = ["n", "n", "p", "p", "p"]
    figures = evaluate_classifier(
        truth, np.c_[1 - scores, scores], predicted, classes=["n", "p"], groups=range(5)
    )["figures"]
    value = {name: figure["value"] for name, figure in figures.items()}
    assert value["roc_auc"] == pytest.approx(5 / 6)
    assert value["sensitivity"] == 1
    assert value["specificity"] == pytest.approx(2 / 3)
    assert value["precision"] == pytest.approx(2 / 3)
    assert value["f1"] == pytest.approx(0.8)
    assert value["brier"] == pytest.approx(np.mean([0.01, 0.04, 0.49, 0.16, 0.01]))


def test_three_classes() -> None:
    result = evaluate_classifier(
        [0, 1, 2, 2], np.eye(3)[[0, 1, 2, 1]], [0, 1, 2, 1], classes=[0, 1, 2], groups=range(4)
    )
    assert result["figures"]["accuracy"]["value"] == 0.75
    assert result["confusion"] == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]


def test_thresholds_serve_their_aim() -> None:
    truth = np.array([0, 0, 0, 0, 1, 1])
    scores = np.array([0.1, 0.2, 0.3, 0.8, 0.7, 0.9])
    assert choose_threshold(truth, scores, "youden") == pytest.approx(0.5)
    with pytest.raises(ValueError, match="both classes"):
        choose_threshold([1, 1], [0.1, 0.2])
    with pytest.raises(ValueError, match="aim must be"):
        choose_threshold(truth, scores, "accuracy")
