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


@pytest.mark.parametrize("cost", [1.0, 3.0])
def test_smooth_it_hangs_less_on_single_scores_and_costs_less_elsewhere(cost: float) -> None:
    truth, scores = sample(20_000, 0)
    thresholds, costs = np.zeros((2, 60)), np.zeros((2, 60))
    for seed in range(60):
        for row, smooth in enumerate((False, True)):
            found = choose_threshold(*sample(60, seed + 1), ("cost", cost), smooth=smooth)
            thresholds[row, seed] = found
            costs[row, seed] = (truth & (scores < found)).mean() * cost
            costs[row, seed] += (~truth & (scores >= found)).mean()
    assert thresholds[1].std() < thresholds[0].std()
    assert costs[1].mean() < costs[0].mean()


def test_smooth_it_is_where_two_densities_cross() -> None:
    assert choose_threshold(*sample(5000, 0), smooth=True) == pytest.approx(0.5, abs=0.02)


def sample(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.random(count) < 0.5
    return truth, 1 / (1 + np.exp(-rng.normal(np.where(truth, 1.0, -1.0), 1.0)))


@pytest.mark.parametrize("scores", [[0.0, 0.0, 1.0, 1.0], [0.5, 0.5, 0.5, 0.5]])
def test_smooth_it_takes_scores_without_any_spread(scores) -> None:
    assert choose_threshold([0, 0, 1, 1], scores, smooth=True) == 0.5


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
