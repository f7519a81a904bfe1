"""The slice classifier of the S3 project."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras
from lungseg.networks.parts import check_input

layers = keras.layers

#: Width of each convolution, by the stage that a pooling ends.
_STAGES = ((16, 16), (32, 32), (64, 64), (96,))


def cnn_s3(
    input_shape: tuple[int, int, int] = (224, 224, 1),
    classes: int = 1,
    *,
    dropout: float = 0.2,
    norm_momentum: float = 0.9,
) -> Any:
    """Build the CNN that the S3 project classifies slices with, from display grey 0…255.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, columns, channels) of at least 16 pixels. The head is as large as the last
        feature maps, so that weights fit one size alone.
    classes : int
        Number of logits. The published network has one output and a sigmoid: one logit.
        `CTClassifier` builds two, whose difference is that one.
    dropout : float
        Between the convolutions and the head.
    norm_momentum : float
        Momentum of every batch normalisation.

    Returns
    -------
    keras.Model
        730,641 parameters for 224×224×1 and one logit: four poolings leave 14×14×96.

    Raises
    ------
    ValueError
        If the input is smaller than 16 pixels.

    Examples
    --------
    >>> cnn_s3().count_params()
    730641
    """
    check_input("CNN-S3", input_shape, 2 ** len(_STAGES))
    inputs = keras.Input(input_shape, name="picture")
    x = layers.Rescaling(1 / 255, name="rescale")(inputs)
    for stage, widths in enumerate(_STAGES, 1):
        for step, filters in enumerate(widths, 1):
            name = f"{stage}_{step}"
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv{name}")(x)
            x = layers.BatchNormalization(momentum=norm_momentum, name=f"norm{name}")(x)
        x = layers.MaxPooling2D(name=f"pool{stage}")(x)
    # The head in single precision whatever the rest computes in: softmax and loss need it.
    x = layers.Flatten(name="head_flatten", dtype="float32")(x)
    x = layers.Dropout(dropout, name="dropout", dtype="float32")(x)
    x = layers.Dense(32, activation="relu", name="dense", dtype="float32")(x)
    outputs = layers.Dense(classes, name="logits", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="cnn-s3")
