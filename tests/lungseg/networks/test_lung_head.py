from __future__ import annotations

import pytest

from lungseg.backend import keras
from lungseg.networks.lung_head import Look, first_maps, lung_logits, stages_of


def test_stages_of_odd_sizes_find_their_lungs() -> None:
    picture = keras.Input((50, 35, 1))
    stages = [keras.Input(shape) for shape in ((25, 18, 4), (13, 9, 5), (2, 2, 6))]
    logits = lung_logits([[Look(stages, picture)]], 2, dropout=0.1)
    model = keras.Model([picture, *stages], logits)
    # The end of the trunk comes first.
    assert stages_of(model) == ((18, 12, 15),)


def test_maps_that_are_no_halving_are_refused() -> None:
    look = Look([keras.Input((20, 20, 3))], keras.Input((32, 32, 1)))
    with pytest.raises(ValueError, match="no halving"):
        lung_logits([[look]], 2, dropout=0.1)


@pytest.mark.parametrize(
    ("trunks", "stages"),
    [([(32, 16)], ((15, 9, 15, 9),)), ([(32,), (16,)], ((15, 9), (15, 9)))],
)
def test_each_look_has_its_own_pools_and_the_first_stage_of_each_is_found(trunks, stages) -> None:
    looks, inputs = [], []
    for sides in trunks:
        looks.append([])
        for side in sides:
            lungs, wide, end = (
                keras.Input((side // k, side // k, n)) for k, n in ((1, 1), (2, 3), (4, 5))
            )
            looks[-1].append(Look([wide, end], lungs))
            inputs += [lungs, wide, end]
    model = keras.Model(inputs, lung_logits(looks, 2, dropout=0.1))
    assert stages_of(model) == stages
    assert [maps.shape[1:] for maps in first_maps(model)] == [(16, 16, 3), (8, 8, 3)]


def test_another_head_joins_no_stages() -> None:
    assert stages_of(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])) == ()
