from __future__ import annotations

import numpy as np
import pytest

from lungseg.backend import keras
from lungseg.explain import grad_cam
from lungseg.inference.graph_network import GraphNetwork
from lungseg.inference.stored_graphs import make_graphs
from lungseg.networks.lung_pooling import LungPooling
from lungseg.networks.lung_rim import LungRim

pytest.importorskip("openvino")
pytest.importorskip("tf2onnx")

layers = keras.layers


@pytest.fixture(scope="module")
def network():
    """What the head "lungs" is made of, and a trunk with what an EfficientNet has, twice."""
    keras.utils.set_random_seed(0)
    picture = keras.Input((32, 32, 2), name="picture")
    pooled = []
    for look in range(2):
        x = layers.Rescaling(1 / (255 * (look + 1)))(picture[..., :1])
        x = layers.Conv2D(4, 3, padding="same", activation="swish")(x)
        later = layers.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False)(x)
        later = layers.Activation("swish")(layers.BatchNormalization()(later))
        excited = layers.GlobalAveragePooling2D(keepdims=True)(later)
        later *= layers.Conv2D(4, 1, activation="sigmoid")(excited)
        later = layers.Conv2D(6, 1)(later)
        lungs = layers.Rescaling(1 / 255)(picture[..., 1:])
        if look:
            lungs = LungRim(0.1)(lungs)
        prefix = f"head_look{look}_" if look else "head_"
        pooled += [
            LungPooling(name=f"{prefix}pool0")([x, lungs]),
            LungPooling(name=f"{prefix}pool")([later, layers.AveragePooling2D(2)(lungs)]),
        ]
    model = keras.Model(picture, layers.Dense(3)(layers.Concatenate()(pooled)))
    rng = np.random.default_rng(0)
    model.set_weights([w + rng.uniform(0, 0.2, w.shape) for w in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def evidence(network) -> GraphNetwork:
    _, evidence = make_graphs(network, {32: network})
    return evidence[32]


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    shown = np.random.default_rng(1).integers(0, 256, (3, 32, 32, 2), np.uint8)
    shown[..., 1] = 0
    shown[:, 4:20, 6:28, 1] = 255
    return shown


@pytest.mark.parametrize("target", [0, 1, 2])
def test_it_sees_a_class_where_keras_does(network, evidence, pictures, target: int) -> None:
    here, there = (grad_cam(one, pictures, target) for one in (evidence, network))
    assert there.max() == 1
    assert np.allclose(here, there, atol=1e-4)


def test_a_class_that_is_not_there_is_refused(evidence, pictures) -> None:
    with pytest.raises(ValueError, match="a class from 0 to 2"):
        grad_cam(evidence, pictures, 3)


def test_it_says_what_it_is_shown(evidence) -> None:
    assert evidence.shapes == {"pictures": (1, 32, 32, 2), "target": (1, 3)}
