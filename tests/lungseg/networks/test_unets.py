from __future__ import annotations

import os

import numpy as np
import pytest

from lungseg.backend import keras
from lungseg.networks import build
from lungseg.networks.transfer import copy_weights


def test_parameters_of_the_published_unet() -> None:
    assert build("unet-s3").count_params() == 7_765_281


@pytest.mark.parametrize("name", ["unet-s3", "unet-mobilenetv2", "unet-efficientnetb0"])
@pytest.mark.parametrize("classes", [1, 3])
def test_one_probability_for_each_class(name: str, classes: int) -> None:
    network = build(name, (32, 64, 1), classes)
    found = np.asarray(network(np.zeros((1, 32, 64, 1), np.float32), training=False))
    assert found.shape == (1, 32, 64, classes)
    if classes > 1:
        assert np.allclose(found.sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("name", ["unet-s3", "unet-mobilenetv2", "unet-efficientnetb0"])
def test_a_size_that_does_not_halve_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="divisible"):
        build(name, (40, 40, 1))


def test_segmentation_models_leaves_the_environment_alone(monkeypatch) -> None:
    monkeypatch.delenv("SM_FRAMEWORK", raising=False)
    build("unet-mobilenetv2", (32, 32, 3))
    assert "SM_FRAMEWORK" not in os.environ


def test_a_trunk_is_a_start_for_the_efficient_unet() -> None:
    trunk, network = (
        build("efficientnetb0", (32, 32, 1), 2),
        build("unet-efficientnetb0", (32, 32, 1)),
    )
    assert copy_weights(trunk, network) > 120
    assert not [layer for layer in network.layers if isinstance(layer, keras.Model)]
