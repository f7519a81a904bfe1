"""MobileNetV2 as one flat graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lungseg.backend import keras
from lungseg.networks.applications import application_trunk
from lungseg.networks.parts import as_rgb, check_input, pooled_logits

layers = keras.layers


def mobilenet(
    input_shape: tuple[int, int, int] = (224, 224, 1),
    classes: int = 2,
    *,
    width: float = 1.0,
    dropout: float = 0.2,
    norm_momentum: float = 0.9,
    weights: str | Path | None = None,
) -> Any:
    """Build a MobileNetV2 that classifies display grey 0…255.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, columns, channels) of at least 32 pixels; one channel is repeated three
        times.
    classes : int
        Number of logits.
    width : float
        By which the number of filters is multiplied.
    dropout : float
        Before the last layer.
    norm_momentum : float
        Momentum of every batch normalisation.
    weights : {"imagenet"} or path, optional
        Of the trunk: those that Keras downloads, or a file of such weights.

    Returns
    -------
    keras.Model
        Of its parameters 2,257,984 are the trunk's at width 1.

    Raises
    ------
    ValueError
        If the input is too small or has neither one nor three channels.
    lungseg.InputError
        If weights cannot be downloaded, or a file of weights does not fit.

    References
    ----------
    Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018.

    Examples
    --------
    >>> mobilenet((32, 32, 1), 3).output_shape
    (None, 3)
    """
    check_input("MobileNetV2", input_shape, 32, rgb=True)
    inputs = keras.Input(input_shape, name="picture")
    scaled = layers.Rescaling(1 / 127.5, -1.0, name="rescale")(as_rgb(inputs))
    trunk = application_trunk(
        "MobileNetV2", scaled, norm_momentum=norm_momentum, weights=weights, alpha=width
    )
    outputs = pooled_logits(trunk.output, classes, dropout=dropout)
    return keras.Model(inputs, outputs, name="mobilenetv2")
