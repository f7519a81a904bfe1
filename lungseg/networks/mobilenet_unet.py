"""The MobileNetV2 U-Net of the S4 project, built by segmentation-models."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Sequence
from typing import Any

from lungseg.backend import backend_name, keras
from lungseg.networks.pixel_classes import pixel_classes


def mobilenet_unet(
    input_shape: tuple[int | None, int | None, int] = (224, 224, 3),
    classes: int = 3,
    *,
    decoder_filters: Sequence[int] = (512, 256, 128, 64, 32),
    norm_momentum: float = 0.9,
) -> Any:
    """Build a U-Net on MobileNetV2.

    The encoder is tapped at a half to a sixteenth of the size; the decoder doubles the
    size and concatenates the taps.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, columns, channels) with sides divisible by 32, or None for any.
    classes : int
        Channels of the output: with one a sigmoid, with more a softmax over them.
    decoder_filters : sequence of five int
        Widths of the decoder, from the bottom up. S4 has four and ends at half the size;
        a fifth stage brings the edges to full size.
    norm_momentum : float
        Of every batch normalisation: MobileNetV2's .999 lags far behind in short trainings.

    Returns
    -------
    keras.Model

    Raises
    ------
    ValueError
        If a side is not divisible by 32.
    ModuleNotFoundError
        If Keras does not run on TensorFlow, which segmentation-models needs.

    References
    ----------
    Sandler et al., "MobileNetV2", CVPR 2018; Iakubovskii, "Segmentation Models", 2019.

    Examples
    --------
    >>> mobilenet_unet((64, 64, 1)).output_shape
    (None, 64, 64, 3)
    """
    if any(side is not None and (side % 32 or side < 32) for side in input_shape[:2]):
        raise ValueError(f"the network needs sides divisible by 32, got {input_shape[:2]}")
    built = _segmentation_models().Unet(
        "mobilenetv2",
        input_shape=input_shape,
        classes=1,
        encoder_weights=None,
        decoder_filters=tuple(decoder_filters),
    )
    # In place of the last convolution and its activation: one whose output is float32.
    model = keras.Model(
        built.inputs[0],
        pixel_classes(built.layers[-3].output, classes, kernel=3),
        name="unet-mobilenetv2",
    )
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = norm_momentum
    return model


def _segmentation_models() -> Any:
    """Import segmentation-models, which wants to be told which Keras it is to use."""
    if backend_name() != "tensorflow":
        raise ModuleNotFoundError(
            "segmentation-models needs the TensorFlow backend: unset KERAS_BACKEND, or take "
            "another network"
        )
    before = os.environ.get("SM_FRAMEWORK")
    os.environ["SM_FRAMEWORK"] = "tf.keras"
    try:
        # It announces its choice on standard output.
        with contextlib.redirect_stdout(io.StringIO()):
            import segmentation_models
    finally:
        if before is None:
            del os.environ["SM_FRAMEWORK"]
        else:
            os.environ["SM_FRAMEWORK"] = before
    return segmentation_models
