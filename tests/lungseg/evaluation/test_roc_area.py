from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from lungseg.evaluation.compare import compare_auc
from lungseg.evaluation.roc_area import roc_area


@pytest.mark.parametrize("seed", range(5))
def test_it_is_that_of_scikit_learn_with_ties_too(seed) -> None:
    rng = np.random.default_rng(seed)
    ill = rng.random(60) < 0.4
    scores = np.round(ill + rng.normal(0, 1, 60), 1)
    assert roc_area(ill, scores) == pytest.approx(roc_auc_score(ill, scores))


@pytest.mark.parametrize("ill", [[True, True], [False, False]])
def test_of_one_class_there_is_none(ill) -> None:
    assert np.isnan(roc_area(np.array(ill), np.array([0.1, 0.2])))


def test_without_a_score_there_is_none() -> None:
    assert np.isnan(roc_area(np.array([True, False, False]), np.array([0.1, np.nan, 0.2])))


def test_a_difference_is_that_of_two_areas() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(40) % 2
    first, second = (truth + rng.normal(0, spread, 40) for spread in (2.0, 1.0))
    found = compare_auc(truth, first, second, groups=range(40), repeats=200)
    wanted = roc_auc_score(truth, second) - roc_auc_score(truth, first)
    assert found.difference.value == pytest.approx(wanted)
    assert found.difference.low < wanted < found.difference.high
