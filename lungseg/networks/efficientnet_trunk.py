"""The convolutions of EfficientNet, grown onto a tensor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lungseg.networks.applications import application_trunk
from lungseg.networks.parts import as_rgb

_BUILDERS = {"b0": "EfficientNetB0", "b3": "EfficientNetB3", "b7": "EfficientNetB7"}


def efficientnet_trunk(
    tensor: Any,
    variant: str = "b0",
    *,
    norm_momentum: float = 0.9,
    weights: str | Path | None = None,
) -> Any:
    """Grow the trunk of an EfficientNet onto a tensor, as part of one flat graph.

    Parameters
    ----------
    tensor : symbolic tensor of shape (batch, rows, columns, 1 or 3)
        Display grey 0…255; one channel is repeated three times.
    variant : {"b0", "b3", "b7"}
    norm_momentum : float
        Momentum of every batch normalisation. Keras's .99 lags far behind where an epoch
        has a few dozen steps.
    weights : {"imagenet"} or path, optional
        Those that Keras downloads, or a file of such weights.

    Returns
    -------
    keras.Model
        From the sources of the tensor to the last activation; its layers can be tapped
        by name.

    Raises
    ------
    ValueError
        If there is no such variant.
    lungseg.InputError
        If weights cannot be downloaded, or a file of weights does not fit.

    Examples
    --------
    >>> from lungseg.backend import keras
    >>> efficientnet_trunk(keras.Input((64, 64, 1))).output_shape
    (None, 2, 2, 1280)
    """
    if variant not in _BUILDERS:
        raise ValueError(
            f"variant of EfficientNet must be one of {', '.join(_BUILDERS)}, got {variant!r}"
        )
    return application_trunk(
        _BUILDERS[variant], as_rgb(tensor), norm_momentum=norm_momentum, weights=weights
    )
