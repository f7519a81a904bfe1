from __future__ import annotations

import pickle

import numpy as np
import pytest

from lungseg.inference.pixel_classes import classes_of
from lungseg.inference.sized import Sized
from lungseg.networks import build


@pytest.mark.parametrize("network", ["unet-efficientnetb0", "unet-s3"])
def test_another_size_is_marked_as_by_a_network_built_for_it(network: str) -> None:
    small, large = build(network, (32, 32, 1), 3), build(network, (64, 64, 1), 3)
    large.set_weights(small.get_weights())
    grey = np.random.default_rng(0).integers(0, 255, (1, 64, 64)).astype(np.uint8)
    sized = Sized(small)
    assert np.allclose(sized(grey), classes_of(large, grey), atol=1e-5)
    # And the first size after it, as before.
    corner = grey[:, :32, :32]
    assert np.allclose(sized(corner), classes_of(small, corner), atol=1e-5)


def test_weights_that_change_change_at_every_size() -> None:
    model = build("unet-s3", (32, 32, 1), 1)
    sized, grey = Sized(model), np.full((1, 64, 64), 128, np.uint8)
    before = sized(grey)
    model.layers[-1].set_weights([np.ones_like(w) for w in model.layers[-1].get_weights()])
    assert not np.allclose(before, sized(grey))


def test_pickled_it_goes_on_with_one_set_of_weights() -> None:
    sized, grey = Sized(build("unet-s3", (32, 32, 1), 1)), np.full((1, 64, 64), 128, np.uint8)
    before = sized(grey)
    again = pickle.loads(pickle.dumps(sized))
    assert np.allclose(again(grey), before, atol=1e-6)
    again.model.layers[-1].set_weights([w + 1 for w in again.model.layers[-1].get_weights()])
    assert not np.allclose(again(grey), before)
