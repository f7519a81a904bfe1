"""Weights from one network to another that shares layers with it."""

from __future__ import annotations

from typing import Any


def copy_weights(source: Any, target: Any) -> int:
    """Copy the weights of every layer that both networks have by name and shape.

    Parameters
    ----------
    source, target : keras.Model

    Returns
    -------
    int
        Number of layers that were copied.

    Examples
    --------
    >>> from lungseg.networks import build
    >>> a, b = (build("bcdunet-d1", (32, 32, 1), filters=2) for _ in range(2))
    >>> copy_weights(a, b)
    25
    """
    known = {layer.name: layer for layer in source.layers if layer.weights}
    copied = 0
    for layer in target.layers:
        twin = known.get(layer.name)
        if twin is not None and _shapes(layer) == _shapes(twin):
            layer.set_weights(twin.get_weights())
            copied += 1
    return copied


def trunk_of(model: Any) -> Any:
    """Return a classifier's network up to its pooling: what a new task can start from.

    Parameters
    ----------
    model : keras.Model
        With a layer named "pool", as the classifiers of the library have it.

    Returns
    -------
    keras.Model
        Shares its layers with ``model``.
    """
    from lungseg.backend import keras

    return keras.Model(model.inputs, model.get_layer("pool").input, name=f"{model.name}-trunk")


def _shapes(layer: Any) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]
