"""A U-Net on the trunk of EfficientNetB0."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras
from lungseg.networks.efficientnet_trunk import efficientnet_trunk

layers = keras.layers

# Last activations before each halving: strides 2, 4, 8 and 16.
_TAPS = (
    "block2a_expand_activation",
    "block3a_expand_activation",
    "block4a_expand_activation",
    "block6a_expand_activation",
)


def efficientnet_unet(
    input_shape: tuple[int, int, int] = (224, 224, 1),
    classes: int = 1,
    *,
    filters: int = 16,
    norm_momentum: float = 0.9,
) -> Any:
    """Build a U-Net whose encoder is `efficientnet_trunk`.

    Layers of the trunk carry the same names here and in `efficientnet`, so that weights
    pass from one to the other by name.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, columns, channels) with sides divisible by 32; values 0…1.
    classes : int
        Channels of the output, each with a sigmoid.
    filters : int
        Width of the last stage of the decoder; doubled at each stage below.
    norm_momentum : float
        As in `efficientnet_trunk`.

    Returns
    -------
    keras.Model

    Raises
    ------
    ValueError
        If a side is not divisible by 32.

    Examples
    --------
    >>> efficientnet_unet((64, 64, 1)).output_shape
    (None, 64, 64, 1)
    """
    if input_shape[0] % 32 or input_shape[1] % 32:
        raise ValueError(f"the network needs sides divisible by 32, got {input_shape[:2]}")

    # === Encoder ===
    inputs = keras.Input(input_shape, name="slice")
    # The trunk holds its own rescaling from 0…255.
    grey = layers.Rescaling(255.0, name="to_grey")(inputs)
    trunk = efficientnet_trunk(grey, norm_momentum=norm_momentum)
    x = trunk.output

    # === Decoder ===
    for stage, skip in enumerate(reversed(_TAPS)):
        x = layers.UpSampling2D(name=f"up{stage}_double")(x)
        x = layers.Concatenate(name=f"up{stage}_concat")([x, trunk.get_layer(skip).output])
        x = _convolve(x, filters * 2 ** (3 - stage), norm_momentum, f"up{stage}")

    # === Output ===
    x = layers.UpSampling2D(interpolation="bilinear", name="up4_double")(x)
    # In single precision whatever the rest computes in: the loss needs it.
    outputs = layers.Conv2D(
        classes, 3, padding="same", activation="sigmoid", name="probability", dtype="float32"
    )(x)
    return keras.Model(inputs, outputs, name="efficientnetb0-unet")


def _convolve(x: Any, filters: int, momentum: float, name: str) -> Any:
    for step in (1, 2):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv{step}")(x)
        x = layers.BatchNormalization(momentum=momentum, name=f"{name}_norm{step}")(x)
        x = layers.ReLU(name=f"{name}_relu{step}")(x)
    return x
