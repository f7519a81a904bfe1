from __future__ import annotations

import numpy as np
import pytest

from lungseg.evaluation.area_interval import area_bounds, fit_spread
from lungseg.evaluation.dice import dice, jaccard
from lungseg.evaluation.pixel_thresholds import threshold_curve


def _pairs(count: int, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seed)
    pairs = []
    for _ in range(count):
        truth = rng.random((32, 32)) < rng.uniform(0.05, 0.4)
        noise = rng.normal(0, 1, truth.shape) + rng.normal(0, 0.5)
        pairs.append((truth, 1 / (1 + np.exp(-(3 * truth - 1.5 + noise)))))
    return pairs


def test_the_curve_is_the_mean_of_what_each_threshold_gives() -> None:
    pairs, thresholds = _pairs(4), np.array([0.2, 0.5, 0.7])
    curve = threshold_curve(pairs, thresholds)
    for index, threshold in enumerate(thresholds):
        masks = [(truth, found >= threshold) for truth, found in pairs]
        assert curve.dice[index] == pytest.approx(np.mean([dice(*pair) for pair in masks]))
        assert curve.iou[index] == pytest.approx(np.mean([jaccard(*pair) for pair in masks]))
        recall = np.mean([(t & m).sum() / t.sum() for t, m in masks])
        assert curve.recall[index] == pytest.approx(recall)


def test_a_healthy_scan_is_right_when_nothing_is_marked() -> None:
    healthy = np.zeros((4, 4)), np.full((4, 4), 0.3)
    curve = threshold_curve([healthy], np.array([0.2, 0.4]))
    assert curve.dice.tolist() == [0, 1]
    assert np.isfinite(curve.precision).all()


def test_without_scans_nothing_can_be_chosen() -> None:
    with pytest.raises(ValueError, match="at least one"):
        threshold_curve([])


def test_the_interval_holds_the_area_as_often_as_promised() -> None:
    spread = fit_spread(_pairs(60), 0.5, coverage=0.9)
    held = [
        low <= truth.sum() <= high
        for truth, found in _pairs(200, seed=1)
        for low, high in [area_bounds(found, 0.5, spread)]
    ]
    assert 0.82 <= np.mean(held) <= 0.98


def test_too_few_scans_promise_nothing() -> None:
    assert fit_spread(_pairs(5), 0.5) is None


def test_a_healthy_scan_counts_by_what_must_stay_below() -> None:
    truth, found = np.zeros((2, 2)), np.array([[0.9, 0.1], [0.1, 0.1]])
    spread = fit_spread([(truth, found)] * 10, 0.5)
    least, _ = area_bounds(found, 0.5, spread + 1e-6)
    assert least == 0
