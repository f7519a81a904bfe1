"""EfficientNet as one flat graph, so that Grad-CAM reaches every layer."""

from __future__ import annotations

from typing import Any, Literal

from lungseg.backend import keras
from lungseg.networks.efficientnet_trunk import efficientnet_trunk

layers = keras.layers


def efficientnet(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 2,
    *,
    variant: str = "b0",
    dropout: float = 0.4,
    norm_momentum: float = 0.9,
    weights: Literal["imagenet"] | None = None,
) -> Any:
    """Build an EfficientNet that classifies display grey 0…255.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, columns, channels); one channel is repeated three times. The trunk holds
        its own rescaling.
    classes : int
        Number of logits.
    variant : {"b0"}
    dropout : float
        Before the last layer.
    norm_momentum : float
        As in `efficientnet_trunk`.
    weights : {"imagenet"}, optional
        Weights that Keras downloads.

    Returns
    -------
    keras.Model
        Its output are logits, without a softmax.

    Raises
    ------
    ValueError
        If the input is smaller than 32 pixels or has neither one nor three channels.
    lungseg.InputError
        If ``weights="imagenet"`` cannot be downloaded.

    References
    ----------
    Tan and Le, "EfficientNet", ICML 2019.

    Examples
    --------
    >>> efficientnet((64, 64, 1), 3).output_shape
    (None, 3)
    """
    if min(input_shape[:2]) < 32 or input_shape[2] not in (1, 3):
        raise ValueError(f"EfficientNet needs 32 pixels and 1 or 3 channels, got {input_shape}")

    # === Trunk ===
    inputs = keras.Input(input_shape, name="picture")
    trunk = efficientnet_trunk(inputs, variant, norm_momentum=norm_momentum, weights=weights)

    # === Head ===
    # In single precision whatever the trunk computes in: softmax and loss need it.
    x = layers.GlobalAveragePooling2D(name="pool", dtype="float32")(trunk.output)
    x = layers.Dropout(dropout, name="dropout", dtype="float32")(x)
    outputs = layers.Dense(classes, name="logits", dtype="float32")(x)
    return keras.Model(inputs, outputs, name=f"efficientnet{variant}")
