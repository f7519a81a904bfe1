"""A U-Net on the trunk of EfficientNetB0."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras
from lungseg.networks.efficientnet_trunk import efficientnet_trunk
from lungseg.networks.pixel_classes import pixel_classes

layers = keras.layers

# Last activations before each halving: strides 2, 4, 8 and 16.
_TAPS = (
    "block2a_expand_activation",
    "block3a_expand_activation",
    "block4a_expand_activation",
    "block6a_expand_activation",
)


#: The last activation before the top.
_NARROW = "block7a_project_bn"


def efficientnet_unet(
    input_shape: tuple[int | None, int | None, int] = (224, 224, 1),
    classes: int = 1,
    *,
    filters: int = 16,
    top: bool = True,
    norm_momentum: float = 0.9,
) -> Any:
    """Build a U-Net whose encoder is `efficientnet_trunk`.

    Layers of the trunk carry the same names here and in `efficientnet`, so that weights
    pass from one to the other by name.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, columns, channels) with sides divisible by 32, or None for any; values 0…1.
    classes : int
        Channels of the output.
    filters : int
        Width of the last stage of the decoder; doubled at each stage below.
    top : bool
        Of a pretraining: the decoder hangs on the last convolution of the trunk, 1,280
        channels that a classifier needs, and each channel has a sigmoid. Without it, on
        the 320 before it, which saves a third of the weights; more than one channel then
        share a softmax.
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
    if any(side is not None and (side % 32 or side < 32) for side in input_shape[:2]):
        raise ValueError(f"the network needs sides divisible by 32, got {input_shape[:2]}")

    # === Encoder ===
    inputs = keras.Input(input_shape, name="slice")
    # The trunk holds its own rescaling from 0…255.
    grey = layers.Rescaling(255.0, name="to_grey")(inputs)
    trunk = efficientnet_trunk(grey, norm_momentum=norm_momentum)
    x = trunk.output if top else trunk.get_layer(_NARROW).output

    # === Decoder ===
    for stage, skip in enumerate(reversed(_TAPS)):
        x = layers.UpSampling2D(name=f"up{stage}_double")(x)
        x = layers.Concatenate(name=f"up{stage}_concat")([x, trunk.get_layer(skip).output])
        x = _convolve(x, filters * 2 ** (3 - stage), norm_momentum, f"up{stage}")

    # === Output ===
    x = layers.UpSampling2D(interpolation="bilinear", name="up4_double")(x)
    outputs = pixel_classes(x, classes, kernel=3, exclusive=not top)
    return keras.Model(inputs, outputs, name="efficientnetb0-unet")


def _convolve(x: Any, filters: int, momentum: float, name: str) -> Any:
    for step in (1, 2):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv{step}")(x)
        x = layers.BatchNormalization(momentum=momentum, name=f"{name}_norm{step}")(x)
        x = layers.ReLU(name=f"{name}_relu{step}")(x)
    return x
