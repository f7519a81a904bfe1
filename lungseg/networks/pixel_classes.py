"""The output of a network that gives every pixel a class."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras


def pixel_classes(x: Any, classes: int, *, kernel: int = 1, exclusive: bool = True) -> Any:
    """Add the layer that turns features into a probability of each class.

    Parameters
    ----------
    x : symbolic tensor of shape (batch, rows, columns, channels)
    classes : int
        One: a sigmoid. More: a softmax over them, so that each pixel has one.
    kernel : int
        Side of the convolution.
    exclusive : bool
        Without it a pixel may have several classes: a sigmoid of each.

    Returns
    -------
    symbolic tensor of shape (batch, rows, columns, classes)
        float32 whatever the policy: a loss of probabilities needs their digits near 1.

    Examples
    --------
    >>> pixel_classes(keras.Input((8, 8, 4)), 3).shape
    (None, 8, 8, 3)
    """
    return keras.layers.Conv2D(
        classes,
        kernel,
        padding="same",
        activation="softmax" if exclusive and classes > 1 else "sigmoid",
        dtype="float32",
        name="probability",
    )(x)
