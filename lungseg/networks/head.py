"""Where the trunk of a classifier ends."""

from __future__ import annotations

from typing import Any


def head_start(model: Any) -> int | None:
    """Find the first layer of a classifier's head.

    Parameters
    ----------
    model : keras.Model
        The head of a classifier of the library begins with its global pooling, which is
        named "pool"; one without begins with a layer whose name starts with "head".

    Returns
    -------
    int or None
        Its place in ``model.layers``; None where there is no head.

    Examples
    --------
    >>> from lungseg.networks import build
    >>> model = build("simple")
    >>> model.layers[head_start(model)].name
    'pool'
    """
    for number, layer in enumerate(model.layers):
        if layer.name == "pool" or layer.name.startswith("head"):
            return number
    return None
