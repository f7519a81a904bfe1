from __future__ import annotations

import numpy as np

from lungseg.backend import keras
from lungseg.networks.efficientnet_trunk import efficientnet_trunk
from lungseg.networks.regrow import regrow
from lungseg.networks.transfer import copy_weights


def test_the_layers_do_on_another_tensor_what_a_copy_of_them_does() -> None:
    picture, smaller = keras.Input((96, 96, 1)), keras.Input((64, 64, 1))
    trunk = efficientnet_trunk(picture)
    (end,) = regrow(trunk, picture, smaller, [trunk.output])
    again = keras.Model(smaller, end)
    copy = efficientnet_trunk(keras.Input((64, 64, 1)))
    assert copy_weights(trunk, copy) > 100
    shown = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 1)).astype(np.float32)
    here, there = (model.predict(shown, verbose=0) for model in (again, copy))
    assert np.abs(here).max() > 0
    assert np.allclose(here, there, atol=1e-5)
    # One set of weights: no layer came about by it.
    assert {id(weight) for weight in again.weights} == {id(weight) for weight in trunk.weights}
