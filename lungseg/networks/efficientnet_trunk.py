"""The convolutions of EfficientNet, grown onto a tensor."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras
from lungseg.errors import InputError

_BUILDERS = {"b0": "EfficientNetB0"}


def efficientnet_trunk(
    tensor: Any, variant: str = "b0", *, norm_momentum: float = 0.9, weights: str | None = None
) -> Any:
    """Grow the trunk of an EfficientNet onto a tensor, as part of one flat graph.

    Parameters
    ----------
    tensor : symbolic tensor of shape (batch, rows, columns, 1 or 3)
        Display grey 0…255; one channel is repeated three times.
    variant : {"b0"}
    norm_momentum : float
        Momentum of every batch normalisation. Keras's .99 lags far behind where an epoch
        has a few dozen steps.
    weights : {"imagenet"}, optional
        Weights that Keras downloads.

    Returns
    -------
    keras.Model
        From the sources of the tensor to the last activation; its layers can be tapped
        by name.

    Raises
    ------
    lungseg.InputError
        If the weights cannot be downloaded.

    Examples
    --------
    >>> efficientnet_trunk(keras.Input((64, 64, 1))).output_shape
    (None, 2, 2, 1280)
    """
    if tensor.shape[-1] == 1:
        tensor = keras.layers.Concatenate(name="grey_to_rgb")([tensor] * 3)
    build = getattr(keras.applications, _BUILDERS[variant])
    try:
        trunk = build(include_top=False, weights=weights, input_tensor=tensor)
    except Exception as error:
        # Keras raises a bare Exception when a download fails.
        if weights is None or "URL fetch failure" not in str(error):
            raise
        raise InputError(
            f'weights="{weights}"',
            "the ImageNet weights could not be downloaded",
            "connect to the network once, or start without them (weights=None)",
        ) from None
    for layer in trunk.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = norm_momentum
    return trunk
