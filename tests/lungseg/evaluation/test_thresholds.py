from __future__ import annotations

import numpy as np
import pytest

from lungseg.evaluation.thresholds import choose_threshold

TRUTH = np.array([0, 0, 0, 1, 0, 1, 1, 1])
SCORES = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])


@pytest.mark.parametrize(
    ("least", "expected"), [(0.25, 0.75), (0.5, 0.65), (0.51, 0.55), (0.75, 0.55), (0.9, 0.35)]
)
def test_highest_threshold_with_the_sensitivity_asked(least: float, expected: float) -> None:
    assert choose_threshold(TRUTH, SCORES, ("sensitivity", least)) == pytest.approx(expected)


def test_all_must_be_found_and_the_lowest_score_is_positive() -> None:
    threshold = choose_threshold([1, 0, 1], [0.2, 0.5, 0.9], ("sensitivity", 1.0))
    assert threshold == 0.2


@pytest.mark.parametrize(
    ("cost", "expected"), [(0.1, 0.55), (0.9, 0.55), (1.1, 0.35), (10.0, 0.35)]
)
def test_the_dearer_a_miss_the_lower_the_threshold(cost: float, expected: float) -> None:
    assert choose_threshold(TRUTH, SCORES, ("cost", cost)) == pytest.approx(expected)


def test_over_bootstrap_samples_it_hangs_less_on_single_scores() -> None:
    rng = np.random.default_rng(0)
    single, median = [], []
    for _ in range(40):
        truth = rng.random(60) < 0.5
        scores = 1 / (1 + np.exp(-rng.normal(np.where(truth, 1.0, -1.0), 1.0)))
        single.append(choose_threshold(truth, scores))
        median.append(choose_threshold(truth, scores, repeats=50))
    assert np.std(median) < np.std(single)
    assert abs(np.mean(median) - 0.5) < 0.05  # where the two densities cross


@pytest.mark.parametrize(
    "aim",
    [
        "sensitivity",
        ("sensitivity", 0.0),
        ("sensitivity", 1.1),
        ("cost", 0),
        ("youden", 0.5),
        ("f1",),
    ],
)
def test_refuses_other_aims(aim) -> None:
    with pytest.raises(ValueError, match="aim must be one of 'youden', 'f1' or"):
        choose_threshold(TRUTH, SCORES, aim)
