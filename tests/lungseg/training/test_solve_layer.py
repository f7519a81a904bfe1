from __future__ import annotations

import numpy as np
import pytest
from scipy.special import log_softmax

from lungseg.training.focal import KerasFocalLoss
from lungseg.training.solve_layer import focal, solve_layer


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_its_loss_is_the_focal_loss_and_the_slope_is_right(gamma) -> None:
    log_p = np.log(np.linspace(0.02, 0.98, 7))
    loss, slope = focal(log_p, gamma)
    scores = np.stack([log_p, np.log1p(-np.exp(log_p))], axis=1).astype(np.float32)
    known = KerasFocalLoss(gamma, reduction=None)(np.zeros(7, int), scores)
    assert np.allclose(loss, known, atol=1e-5)
    step = 1e-6
    numeric = (focal(log_p + step, gamma)[0] - focal(log_p - step, gamma)[0]) / (2 * step)
    assert np.allclose(slope, numeric, atol=1e-4)


def test_a_stage_of_many_features_counts_no_more_than_one_of_few() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(200) % 2
    few = rng.normal(size=(200, 1)) + labels[:, None]
    # The same said ninety times over would outweigh it.
    many = np.repeat(rng.normal(size=(200, 1)) + labels[:, None], 90, axis=1)
    both = np.concatenate([few, many], axis=1)

    def say(stages: tuple[int, ...]) -> float:
        kernel, _ = solve_layer(both, labels, np.zeros((91, 2)), ridge=100.0, stages=stages)
        weight = kernel[:, 1] - kernel[:, 0]
        return float(weight[0] / weight[1:].sum())

    assert say(()) < 0.1
    assert say((1, 90)) == pytest.approx(1, abs=0.3)


def test_a_strong_penalty_leaves_what_was_learned_before() -> None:
    rng = np.random.default_rng(1)
    features, labels = rng.normal(size=(50, 4)), np.arange(50) % 3
    prior = rng.normal(size=(4, 3))
    kernel, _ = solve_layer(features, labels, prior, ridge=1e4)
    assert np.allclose(kernel, prior, atol=1e-3)


@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_more_features_than_samples_are_solved_for_as_exactly(gamma) -> None:
    rng = np.random.default_rng(2)
    features, labels = rng.normal(size=(30, 80)), np.arange(30) % 2
    prior, ridge = 0.1 * rng.normal(size=(80, 2)), 0.05
    kernel, bias = solve_layer(features, labels, prior, ridge=ridge, gamma=gamma)

    def objective(kernel: np.ndarray, bias: np.ndarray) -> float:
        scores = log_softmax(features @ kernel + bias, axis=1)
        loss = focal(scores[np.arange(30), labels], gamma)[0].mean()
        return float(
            loss + ridge / 2 * (features.std(axis=0)[:, None] ** 2 * (kernel - prior) ** 2).sum()
        )

    least = objective(kernel, bias)
    for _ in range(20):
        step = 1e-3 * rng.normal(size=kernel.shape), 1e-3 * rng.normal(size=bias.shape)
        assert objective(kernel + step[0], bias + step[1]) > least
