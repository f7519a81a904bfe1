from __future__ import annotations

from lungseg.backend import keras
from lungseg.networks.further_trunk import further_prefix, rename_trunk


def test_inputs_are_shared_and_keep_their_names() -> None:
    picture = keras.Input((3,), name="picture")
    trunks = [
        rename_trunk(keras.Model(picture, keras.layers.Dense(2, name="wide")(picture)), number)
        for number in range(3)
    ]
    names = [[layer.name for layer in trunk.layers] for trunk in trunks]
    assert names == [["picture", f"{further_prefix(number)}wide"] for number in range(3)]
    # One graph may hold all of them.
    joined = keras.layers.Concatenate()([trunk.output for trunk in trunks])
    assert keras.Model(picture, joined).output_shape == (None, 6)
