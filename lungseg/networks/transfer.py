"""Weights from one network to another that shares layers with it."""

from __future__ import annotations

from typing import Any

from lungseg.networks.head import head_start


def copy_weights(source: Any, target: Any, *, prefix: str = "") -> int:
    """Copy the weights of every layer that both networks have by name and shape.

    Parameters
    ----------
    source, target : keras.Model
    prefix : str
        What the names in the target have before those in the source.

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
    known = {prefix + layer.name: layer for layer in source.layers if layer.weights}
    copied = 0
    for layer in target.layers:
        twin = known.get(layer.name)
        if twin is not None and _shapes(layer) == _shapes(twin):
            layer.set_weights(twin.get_weights())
            settle(layer)
            copied += 1
    return copied


def settle(layer: Any) -> None:
    """Let a layer take up weights that were set: a normalisation keeps its figures twice."""
    if hasattr(layer, "finalize_state"):
        layer.finalize_state()


def trunk_of(model: Any) -> Any:
    """Return a classifier's network up to its head: what a new task can start from.

    Parameters
    ----------
    model : keras.Model
        With a head that `head_start` finds.

    Returns
    -------
    keras.Model
        Shares its layers with ``model``.

    Raises
    ------
    ValueError
        If there is no head.

    Examples
    --------
    >>> from lungseg.networks import build
    >>> trunk_of(build("cnn-s3", (64, 64, 1))).output_shape
    (None, 4, 4, 96)
    """
    from lungseg.backend import keras

    start = head_start(model)
    if start is None:
        raise ValueError(f"the network {model.name} has no head that could be taken off")
    return keras.Model(model.inputs, model.layers[start].input, name=f"{model.name}-trunk")


def _shapes(layer: Any) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]
