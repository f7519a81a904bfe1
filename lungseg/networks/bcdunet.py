"""BCDU-Net: a U-Net with a densely connected bottom and ConvLSTM merges."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras
from lungseg.networks.convlstm_merge import ConvLSTMMerge

layers = keras.layers


def bcdunet(
    input_shape: tuple[int | None, int | None, int] = (512, 512, 1),
    classes: int = 1,
    *,
    depth: int = 3,
    filters: int = 64,
    dropout: float = 0.5,
) -> Any:
    """Build BCDU-Net.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, columns, channels); rows and columns divisible by 8, or None for any.
    classes : int
        Channels of the output, each with a sigmoid.
    depth : {1, 3}
        Dense blocks at the bottom: D1 or D3 of the paper.
    filters : int
        Width of the first stage; 64 in the paper.
    dropout : float
        Rate in the third stage and at the bottom.

    Returns
    -------
    keras.Model
        20,659,717 parameters for D3 and 8,861,189 for D1, with the defaults.

    Raises
    ------
    ValueError
        If the size is not divisible by 8 or the depth is neither 1 nor 3.

    References
    ----------
    Azad et al., "Bi-Directional ConvLSTM U-Net with Densely Connected Convolutions",
    ICCV Workshops 2019.

    Examples
    --------
    >>> bcdunet((64, 64, 1), depth=1, filters=8).count_params() < 200_000
    True
    """
    if any(side is not None and side % 8 for side in input_shape[:2]):
        raise ValueError(f"BCDU-Net needs rows and columns divisible by 8, got {input_shape[:2]}")
    if depth not in (1, 3):
        raise ValueError(f"BCDU-Net has depth 1 or 3, got {depth}")

    # === Encoder ===
    inputs = keras.Input(input_shape, name="slice")
    skip1 = _convolve(inputs, filters, "enc1")
    skip2 = _convolve(layers.MaxPooling2D(name="pool1")(skip1), 2 * filters, "enc2")
    x = _convolve(layers.MaxPooling2D(name="pool2")(skip2), 4 * filters, "enc3")
    skip3 = layers.Dropout(dropout, name="enc3_dropout")(x)
    x = layers.MaxPooling2D(name="pool3")(x)

    # === Dense bottom ===
    x = _bottom(x, 8 * filters, depth, dropout)

    # === Decoder ===
    x = _merge_up(x, skip3, 4 * filters, "up3")
    x = _merge_up(x, skip2, 2 * filters, "up2")
    x = _merge_up(x, skip1, filters, "up1")

    # === Output ===
    x = layers.Conv2D(
        2, 3, padding="same", activation="relu", kernel_initializer="he_normal", name="squeeze"
    )(x)
    # In float32 whatever the policy: a loss of probabilities needs their digits near 1.
    outputs = layers.Conv2D(classes, 1, activation="sigmoid", dtype="float32", name="probability")(
        x
    )
    return keras.Model(inputs, outputs, name=f"bcdunet-d{depth}")


def _convolve(x: Any, filters: int, name: str) -> Any:
    """Two 3×3 convolutions with ReLU."""
    for step in (1, 2):
        x = layers.Conv2D(
            filters,
            3,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            name=f"{name}_conv{step}",
        )(x)
    return x


def _bottom(x: Any, filters: int, depth: int, dropout: float) -> Any:
    """One block, or three of which the last sees both before it."""
    first = layers.Dropout(dropout, name="d1_dropout")(_convolve(x, filters, "d1"))
    if depth == 1:
        return first
    second = layers.Dropout(dropout, name="d2_dropout")(_convolve(first, filters, "d2"))
    both = layers.Concatenate(name="d3_concat")([second, first])
    return layers.Dropout(dropout, name="d3_dropout")(_convolve(both, filters, "d3"))


def _merge_up(x: Any, skip: Any, filters: int, name: str) -> Any:
    """Double the size, merge with the skip connection, convolve."""
    x = layers.Conv2DTranspose(
        filters, 2, strides=2, kernel_initializer="he_normal", name=f"{name}_transpose"
    )(x)
    # Keras's momentum of .99 lags behind for hundreds of steps.
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    x = layers.ReLU(name=f"{name}_relu")(x)
    x = ConvLSTMMerge(filters // 2, name=f"{name}_merge")([skip, x])
    return _convolve(x, filters, name)
