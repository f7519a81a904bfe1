"""The U-Net of the S3 project."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras
from lungseg.networks.pixel_classes import pixel_classes

layers = keras.layers

_WIDTHS = (32, 64, 128, 256)


def unet(
    input_shape: tuple[int | None, int | None, int] = (224, 224, 1),
    classes: int = 1,
    *,
    dropout: float = 0.25,
) -> Any:
    """Build the U-Net of the S3 project.

    Two 3×3 convolutions with batch normalisation at 32, 64, 128 and 256 channels, a bottom
    of 512, transposed convolutions on the way up.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, columns, channels); rows and columns divisible by 16, or None for any.
        Values 0…1.
    classes : int
        Channels of the output: with one a sigmoid, with more a softmax over them.
    dropout : float
        After each stage of the encoder.

    Returns
    -------
    keras.Model
        7,765,281 parameters with the defaults.

    Raises
    ------
    ValueError
        If a side is not divisible by 16.

    References
    ----------
    Ronneberger et al., "U-Net", MICCAI 2015.

    Examples
    --------
    >>> unet().count_params()
    7765281
    """
    if any(side is not None and (side % 16 or side < 16) for side in input_shape[:2]):
        raise ValueError(f"the U-Net needs sides divisible by 16, got {input_shape[:2]}")

    # === Encoder ===
    inputs = x = keras.Input(input_shape, name="slice")
    skips = []
    for stage, filters in enumerate(_WIDTHS, 1):
        x = _convolve(x, filters, f"enc{stage}", norms=2)
        skips.append(x)
        x = layers.MaxPooling2D(name=f"pool{stage}")(x)
        x = layers.Dropout(dropout, name=f"enc{stage}_dropout")(x)

    # === Bottom ===
    x = _convolve(x, 2 * _WIDTHS[-1], "bottom", norms=0)

    # === Decoder ===
    for stage, (filters, skip) in reversed(list(enumerate(zip(_WIDTHS, skips, strict=True), 1))):
        x = layers.Conv2DTranspose(filters, 2, strides=2, name=f"up{stage}_transpose")(x)
        x = layers.Concatenate(name=f"up{stage}_concat")([x, skip])
        x = _convolve(x, filters, f"up{stage}", norms=1)

    # === Output ===
    return keras.Model(inputs, pixel_classes(x, classes), name="unet-s3")


def _convolve(x: Any, filters: int, name: str, *, norms: int) -> Any:
    """Two convolutions; batch normalisation after both, after the last, or after none.

    The published count of parameters leaves this arrangement: both in the encoder, none at
    the bottom, one in the decoder.
    """
    for step in (1, 2):
        x = layers.Conv2D(
            filters, 3, padding="same", kernel_initializer="he_normal", name=f"{name}_conv{step}"
        )(x)
        if step > 2 - norms:
            # Keras's momentum of .99 lags behind for hundreds of steps.
            x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm{step}")(x)
        x = layers.ReLU(name=f"{name}_relu{step}")(x)
    return x
