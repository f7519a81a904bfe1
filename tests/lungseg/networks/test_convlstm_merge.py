"""The unrolled merge is the ConvLSTM of the paper."""

from __future__ import annotations

import numpy as np
import pytest

from lungseg.backend import keras
from lungseg.networks.convlstm_merge import ConvLSTMMerge


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return tuple(rng.normal(size=(2, 12, 10, 5)).astype(np.float32) for _ in range(2))


def outputs(merge, recurrent, pair) -> tuple[np.ndarray, np.ndarray]:
    skip, up = pair
    sequence = np.stack([skip, up], axis=1)
    return np.asarray(merge([skip, up])), np.asarray(recurrent(sequence))


def random_weights(layer) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return [rng.normal(0, 0.3, w.shape).astype(np.float32) for w in layer.get_weights()]


@pytest.mark.parametrize("direction", ["from ConvLSTM2D", "to ConvLSTM2D"])
def test_equal_to_convlstm2d_with_weights_passed_either_way(pair, direction) -> None:
    merge = ConvLSTMMerge(4)
    recurrent = keras.layers.ConvLSTM2D(4, 3, padding="same", go_backwards=True)
    outputs(merge, recurrent, pair)
    source, target = (recurrent, merge) if direction == "from ConvLSTM2D" else (merge, recurrent)
    source.set_weights(random_weights(source))
    target.set_weights(source.get_weights())
    unrolled, looped = outputs(merge, recurrent, pair)
    assert np.abs(looped).max() > 0.1
    assert np.abs(unrolled - looped).max() < 1e-5


def test_the_same_start(pair) -> None:
    merge = ConvLSTMMerge(4)
    merge(list(pair))
    bias = merge.get_weights()[2]
    assert (bias[4:8] == 1).all()
    assert (np.delete(bias, range(4, 8)) == 0).all()


def test_different_shapes_are_refused(pair) -> None:
    with pytest.raises(ValueError, match="one shape"):
        ConvLSTMMerge(4)([pair[0], pair[1][:, :8]])
