from __future__ import annotations

import pytest

from lungseg.backend import keras
from lungseg.networks.lung_head import JOINT, Look, first_maps, lung_logits


def test_stages_of_odd_sizes_find_their_lungs() -> None:
    picture = keras.Input((50, 35, 1))
    stages = [keras.Input(shape) for shape in ((25, 18, 4), (13, 9, 5), (2, 2, 6))]
    logits = lung_logits([Look(stages, picture)], 2, dropout=0.1)
    model = keras.Model([picture, *stages], logits)
    # The end of the trunk comes first.
    assert [part.shape[-1] for part in model.get_layer(JOINT).input] == [18, 12, 15]


def test_maps_that_are_no_halving_are_refused() -> None:
    look = Look([keras.Input((20, 20, 3))], keras.Input((32, 32, 1)))
    with pytest.raises(ValueError, match="no halving"):
        lung_logits([look], 2, dropout=0.1)


def test_each_look_has_its_own_pools_and_the_first_stage_of_each_is_found() -> None:
    looks, inputs = [], []
    for side in (32, 16):
        lungs, wide, end = (
            keras.Input((side // k, side // k, n)) for k, n in ((1, 1), (2, 3), (4, 5))
        )
        looks.append(Look([wide, end], lungs))
        inputs += [lungs, wide, end]
    model = keras.Model(inputs, lung_logits(looks, 2, dropout=0.1))
    assert [part.shape[-1] for part in model.get_layer(JOINT).input] == [15, 9, 15, 9]
    assert [maps.shape[1:] for maps in first_maps(model)] == [(16, 16, 3), (8, 8, 3)]
