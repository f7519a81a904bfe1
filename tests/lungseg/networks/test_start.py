from __future__ import annotations

import numpy as np
import pytest

from lungseg.errors import InputError
from lungseg.networks import build
from lungseg.networks.start import start_from


def test_the_network_of_the_infection_starts_a_classifier() -> None:
    model = build("efficientnetb0", (32, 32, 1), 3)
    before = {layer.name: layer.get_weights() for layer in model.layers if layer.weights}
    assert start_from(model, "infection") > 120
    name = "block6a_expand_conv"
    assert not np.array_equal(model.get_layer(name).get_weights()[0], before[name][0])
    head = model.layers[-1]
    assert np.array_equal(head.get_weights()[0], before[head.name][0])


def test_a_classifier_starts_the_network_of_the_infection() -> None:
    model = build("unet-efficientnetb0", (32, 32, 1), 3)
    assert start_from(model, "covid-ct") > 120


def test_a_masker_is_no_start_for_them() -> None:
    with pytest.raises(InputError, match=r"lungs: these weights \(masker\) hold no trunk, classif"):
        start_from(build("simple", (32, 32, 1), 2), "lungs")
