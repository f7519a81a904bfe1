"""The head that the S2 project put on EfficientNetB0."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras

layers = keras.layers

#: Smallest feature maps that its two convolutions leave something of.
SMALLEST_MAPS = 6


def s2_head(maps: Any, classes: int = 1, *, dropout: float = 0.4) -> Any:
    """Go from feature maps to logits by two convolutions and a maximum over all places.

    For 16×16×1280, which the trunk makes of 512×512, this is the head of the S2 project:
    2×2 with stride 2 (8×8), 3×3 (6×6, where Grad-CAM looks), a maximum over 6×6.

    Parameters
    ----------
    maps : symbolic tensor of shape (batch, rows, columns, channels)
        Of 6 rows and columns or more.
    classes : int
        Number of logits. The project has one and a sigmoid; of two logits the difference
        is that one.
    dropout : float
        At three places.

    Returns
    -------
    symbolic tensor of shape (batch, classes)
        5,244,929 parameters for 1,280 channels and one logit, whatever the size.

    Examples
    --------
    >>> maps = keras.Input((16, 16, 1280))
    >>> keras.Model(maps, s2_head(maps)).count_params()
    5244929
    """
    x = layers.Conv2D(512, 2, strides=2, activation="relu", name="head_conv1")(maps)
    x = layers.Dropout(dropout, name="head_dropout1")(x)
    x = layers.Conv2D(512, 3, activation="relu", name="head_conv2")(x)
    # In single precision whatever the trunk computes in: softmax and loss need it.
    x = layers.GlobalMaxPooling2D(name="head_pool", dtype="float32")(x)
    x = layers.Dropout(dropout, name="head_dropout2", dtype="float32")(x)
    x = layers.Dense(512, activation="relu", name="head_dense", dtype="float32")(x)
    return layers.Dense(classes, name="logits", dtype="float32")(x)
