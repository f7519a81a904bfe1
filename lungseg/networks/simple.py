"""The smallest network of the library: three convolutions."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras
from lungseg.networks.parts import check_input

layers = keras.layers


def simple(
    input_shape: tuple[int, int, int] = (224, 224, 1), classes: int = 3, *, dropout: float = 0.0
) -> Any:
    """Build the Simple network of the S0 project.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, columns, channels) of at least 22 pixels; display grey 0…255.
    classes : int
        Number of logits.
    dropout : float
        Before the last layer; none in the original.

    Returns
    -------
    keras.Model
        25,475 parameters for one channel and three classes.

    Raises
    ------
    ValueError
        If the input is smaller than 22 pixels.

    Examples
    --------
    >>> simple().count_params()
    25475
    """
    check_input("Simple", input_shape, 22)
    inputs = keras.Input(input_shape, name="picture")
    x = layers.Rescaling(1 / 255, name="rescale")(inputs)
    for stage, filters in enumerate((16, 32, 64), 1):
        x = layers.Conv2D(filters, 3, activation="relu", name=f"conv{stage}")(x)
        x = layers.MaxPooling2D(name=f"pool{stage}")(x)
    # The head in single precision whatever the rest computes in: softmax and loss need it.
    x = layers.GlobalMaxPooling2D(name="pool", dtype="float32")(x)
    x = layers.Dense(32, activation="relu", name="dense", dtype="float32")(x)
    x = layers.Dropout(dropout, name="dropout", dtype="float32")(x)
    outputs = layers.Dense(classes, name="logits", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="simple")
