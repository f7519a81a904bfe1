from __future__ import annotations

import pytest

from lungseg.backend import keras
from lungseg.networks.lung_head import JOINT, lung_logits


def test_stages_of_odd_sizes_find_their_lungs() -> None:
    picture = keras.Input((50, 35, 1))
    stages = [keras.Input(shape) for shape in ((25, 18, 4), (13, 9, 5), (2, 2, 6))]
    logits = lung_logits(stages, picture, 2, dropout=0.1)
    model = keras.Model([picture, *stages], logits)
    # The end of the trunk comes first.
    assert [part.shape[-1] for part in model.get_layer(JOINT).input] == [18, 12, 15]


def test_maps_that_are_no_halving_are_refused() -> None:
    with pytest.raises(ValueError, match="no halving"):
        lung_logits([keras.Input((20, 20, 3))], keras.Input((32, 32, 1)), 2, dropout=0.1)
