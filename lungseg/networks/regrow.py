"""The same layers once more, on another tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lungseg.backend import keras


def regrow(trunk: Any, start: Any, tensor: Any, ends: Sequence[Any]) -> list[Any]:
    """Apply the layers of a flat network to another tensor; they keep their weights in common.

    A network that is called as a whole becomes a layer of its own, which hides what it is made
    of from whatever goes by the names of layers: copies of weights, freezing, Grad-CAM.

    Parameters
    ----------
    trunk : keras.Model
        A flat graph of layers.
    start : symbolic tensor
        Where its layers begin.
    tensor : symbolic tensor
        What stands there now; rows and columns may differ.
    ends : sequence of symbolic tensors
        Outputs of its layers.

    Returns
    -------
    list of symbolic tensors
        What stands now where ``ends`` stood.

    Examples
    --------
    >>> picture = keras.Input((64, 64, 1))
    >>> maps = keras.layers.Conv2D(4, 3, strides=2, padding="same")(picture)
    >>> smaller, = regrow(keras.Model(picture, maps), picture, keras.Input((32, 32, 1)), [maps])
    >>> smaller.shape
    (None, 16, 16, 4)
    """
    known = {id(start): tensor}
    for layer in trunk.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        # Both are of the first time that the layer was applied.
        given = layer.input
        several = isinstance(given, list)
        found = [known[id(one)] for one in (given if several else [given])]
        known[id(layer.output)] = layer(found if several else found[0])
    return [known[id(end)] for end in ends]
