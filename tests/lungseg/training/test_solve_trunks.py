from __future__ import annotations

import numpy as np
import pytest

from lungseg.training.solve_layer import solve_layer
from lungseg.training.solve_trunks import solve_trunks


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    return rng.normal(size=(60, 7)) + labels[:, None], labels


def test_logits_are_the_mean_of_those_of_trunks_fitted_alone(data) -> None:
    features, labels = data
    prior = np.random.default_rng(1).normal(size=(7, 2))
    kernel, bias = solve_trunks(features, labels, prior, trunks=[(2, 1), (4,)], ridge=0.1)
    first = solve_layer(features[:, :3], labels, 2 * prior[:3], ridge=0.1, stages=(2, 1))
    second = solve_layer(features[:, 3:], labels, 2 * prior[3:], ridge=0.1, stages=(4,))
    alone = [
        part @ k + b
        for part, (k, b) in zip((features[:, :3], features[:, 3:]), (first, second), strict=True)
    ]
    assert np.allclose(features @ kernel + bias, np.mean(alone, axis=0))


def test_a_trunk_counts_as_much_as_its_share(data) -> None:
    features, labels = data
    prior, trunks = np.zeros((7, 2)), [(3,), (4,)]
    kernel, bias = solve_trunks(features, labels, prior, trunks=trunks, ridge=0.1, shares=(3, 1))
    first, second = (
        part @ k + b
        for part in (features[:, :3], features[:, 3:])
        for k, b in [solve_layer(part, labels, np.zeros((part.shape[1], 2)), ridge=0.1)]
    )
    assert np.allclose(features @ kernel + bias, 0.75 * first + 0.25 * second)


def test_each_trunk_may_weigh_the_samples_its_own_way(data) -> None:
    features, labels = data
    prior, trunks = np.zeros((7, 2)), [(3,), (4,)]
    weights = np.random.default_rng(2).uniform(0, 2 / len(labels), (2, len(labels)))
    kernel, _ = solve_trunks(features, labels, prior, trunks=trunks, ridge=0.1, weights=weights)
    for part, own in ((slice(0, 3), weights[0]), (slice(3, 7), weights[1])):
        alone, _ = solve_layer(features[:, part], labels, prior[part], ridge=0.1, weights=own)
        assert np.allclose(kernel[part], alone / 2)
    both = [
        solve_trunks(features, labels, prior, trunks=trunks, ridge=0.1, weights=told)[0]
        for told in (weights[0], np.stack([weights[0]] * 2))
    ]
    assert np.array_equal(*both)


def test_what_was_learned_before_is_kept_whatever_the_shares(data) -> None:
    features, labels = data
    prior = np.random.default_rng(1).normal(size=(7, 2))
    told = {"trunks": [(3,), (4,)], "ridge": 1e5, "shares": (5, 1)}
    assert np.allclose(solve_trunks(features, labels, prior, **told)[0], prior, atol=1e-2)


@pytest.mark.parametrize(("trunks", "stages"), [([], ()), ([(3, 4)], (3, 4))])
def test_of_one_trunk_it_is_the_layer_itself(data, trunks, stages) -> None:
    features, labels = data
    prior = np.zeros((7, 2))
    ours = solve_trunks(features, labels, prior, trunks=trunks, ridge=0.1)
    theirs = solve_layer(features, labels, prior, ridge=0.1, stages=stages)
    assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_a_strong_penalty_leaves_what_was_learned_before(data) -> None:
    features, labels = data
    prior = np.random.default_rng(1).normal(size=(7, 2))
    kernel, _ = solve_trunks(features, labels, prior, trunks=[(3,), (4,)], ridge=1e5)
    assert np.allclose(kernel, prior, atol=1e-3)
