from __future__ import annotations

import numpy as np
import pytest

from lungseg.backend import keras
from lungseg.networks.plain_slopes import plain_slopes

tf = pytest.importorskip("tensorflow")
layers = keras.layers


def slopes_of(network, shown: np.ndarray, plain: bool) -> tuple[np.ndarray, set[str]]:
    """Slopes of what a network gives, and the operations that they are made of."""

    @tf.function(autograph=False)
    def slope(x):
        if plain:
            with plain_slopes():
                y = network(x)
        else:
            y = network(x)
        weight = tf.reshape(tf.range(tf.size(y), dtype=tf.float32), tf.shape(y))
        return tf.gradients(tf.reduce_sum(weight * y), x)[0]

    graph = slope.get_concrete_function(tf.TensorSpec(shown.shape, tf.float32)).graph
    return slope(tf.constant(shown)).numpy(), {op.type for op in graph.get_operations()}


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("kind", [layers.Conv2D, layers.DepthwiseConv2D])
def test_of_convolutions(kind, size: int, strides: int, padding: str) -> None:
    rng = np.random.default_rng(0)
    numbers = {"filters": 4} if kind is layers.Conv2D else {}
    network = kind(kernel_size=size, strides=strides, padding=padding, **numbers)
    for side in (10, 11):
        shown = rng.normal(size=(2, side, side + 2, 3)).astype(np.float32)
        network(shown)
        there, _ = slopes_of(network, shown, plain=False)
        here, operations = slopes_of(network, shown, plain=True)
        assert np.allclose(here, there, rtol=1e-4, atol=1e-3)
        assert "DepthwiseConv2dNativeBackpropInput" not in operations


@pytest.mark.parametrize(
    ("network", "gone"),
    [
        (keras.ops.sigmoid, "SigmoidGrad"),
        (lambda x: keras.ops.sqrt(keras.ops.square(x) + 0.1), "SqrtGrad"),
    ],
)
def test_of_what_a_pooling_over_the_lungs_is_made_of(network, gone: str) -> None:
    shown = np.random.default_rng(0).normal(size=(2, 4, 5)).astype(np.float32)
    there, before = slopes_of(network, shown, plain=False)
    here, after = slopes_of(network, shown, plain=True)
    assert np.allclose(here, there, rtol=1e-5, atol=1e-5)
    assert (gone in before, gone in after) == (True, False)
