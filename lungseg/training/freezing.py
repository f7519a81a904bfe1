"""Which layers of a network learn."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras
from lungseg.networks.head import head_start


def freeze(model: Any, *, share: float, norms: bool = False) -> int:
    """Let the last part of a network's trunk learn, and its head always.

    Frozen batch norms use the statistics they have, as in inference.

    Parameters
    ----------
    model : keras.Model
        With a head that `lungseg.networks.head.head_start` finds; without one, all of it
        learns.
    share : float
        Share of the trunk's weighted layers that learn, counted from the last: 0 leaves
        the head alone, 1 frees everything.
    norms : bool
        Freeze every batch norm, whatever the share: the statistics of small batches are
        worse than those it started with.

    Returns
    -------
    int
        Number of layers that learn.

    References
    ----------
    Howard and Ruder, "Universal Language Model Fine-tuning for Text Classification",
    ACL 2018 (gradual unfreezing).

    Examples
    --------
    >>> from lungseg.networks import build
    >>> model = build("efficientnetb0", (32, 32, 1), 2)
    >>> freeze(model, share=0.0)
    1
    """
    end = head_start(model) or 0
    weighted = [number for number, layer in enumerate(model.layers[:end]) if layer.weights]
    frozen = round((1 - share) * len(weighted))
    first = end if frozen == len(weighted) else weighted[frozen] if frozen else 0
    for number, layer in enumerate(model.layers):
        is_norm = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = number >= first and not (norms and is_norm)
    return sum(1 for layer in model.layers if layer.weights and layer.trainable)
