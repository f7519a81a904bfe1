from __future__ import annotations

import numpy as np
import pytest

from lungseg.backend import keras
from lungseg.training.focal import KerasFocalLoss, focal_loss


@pytest.mark.parametrize("alpha", [None, [0.3, 0.7, 0.5]])
@pytest.mark.parametrize("gamma", [1.0, 2.0, 4.0])
def test_focal_loss_of_the_package_and_of_keras_agree(gamma, alpha) -> None:
    rng = np.random.default_rng(0)
    logits = keras.ops.convert_to_tensor(rng.normal(0, 2, (9, 3)).astype(np.float32))
    labels = rng.integers(0, 3, 9)
    here, there = focal_loss(gamma, alpha), KerasFocalLoss(gamma, alpha)
    assert type(here) is not type(there)
    assert float(here(labels, logits)) == pytest.approx(float(there(labels, logits)), abs=1e-5)


def test_gamma_of_zero_is_cross_entropy() -> None:
    logits = np.random.default_rng(0).normal(0, 2, (9, 3)).astype(np.float32)
    labels = np.random.default_rng(1).integers(0, 3, 9)
    expected = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)
    here = focal_loss(0.0)(labels, keras.ops.convert_to_tensor(logits))
    assert float(here) == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_the_gradient_of_a_certain_sample_is_finite(gamma) -> None:
    tensorflow = pytest.importorskip("tensorflow")
    logits = tensorflow.constant([[200.0, -200.0], [0.0, 1.0]])
    with tensorflow.GradientTape() as tape:
        tape.watch(logits)
        loss = focal_loss(gamma)(np.array([0, 1]), logits)
    gradient = tape.gradient(loss, logits).numpy()
    assert np.isfinite(gradient).all()
    assert gradient[1].any()


def test_two_classes_agree_with_the_binary_focal_loss() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (9, 2)).astype(np.float32)
    labels = rng.integers(0, 2, 9)
    binary = keras.losses.BinaryFocalCrossentropy(gamma=2.0, from_logits=True)
    difference = (logits[:, 1] - logits[:, 0])[:, None]
    expected = float(binary(labels[:, None].astype(np.float32), difference))
    here = float(focal_loss(2.0)(labels, keras.ops.convert_to_tensor(logits)))
    assert here == pytest.approx(expected, rel=1e-4)


def test_shares_of_classes_are_taken_as_they_are() -> None:
    logits = np.random.default_rng(1).normal(0, 2, (6, 3)).astype(np.float32)
    numbers = np.array([0, 1, 2, 2, 1, 0])
    loss = KerasFocalLoss(2.0, [1.0, 2.0, 3.0])
    shares = np.eye(3, dtype=np.float32)[numbers]
    assert np.allclose(loss(shares, logits), loss(numbers, logits))
    half = np.full((6, 3), 1 / 3, np.float32)
    mean = np.mean([float(loss(np.full(6, k), logits)) for k in range(3)])
    assert float(loss(half, logits)) == pytest.approx(mean, rel=1e-4)
