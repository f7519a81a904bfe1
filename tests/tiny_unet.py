"""A network that marks pixels and learns in seconds, for tests of all but the network."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras
from lungseg.networks.pixel_classes import pixel_classes

layers = keras.layers


def tiny_unet(input_shape: tuple[int | None, int | None, int], classes: int = 1) -> Any:
    """Build a U-Net of two stages of 16 and 32 channels."""
    inputs = fine = keras.Input(input_shape, name="slice")
    fine = _convolve(fine, 16)
    coarse = _convolve(layers.MaxPooling2D()(fine), 32)
    x = layers.Concatenate()([fine, layers.UpSampling2D()(coarse)])
    return keras.Model(inputs, pixel_classes(_convolve(x, 16), classes), name="tiny-unet")


def _convolve(x: Any, filters: int) -> Any:
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
