"""Trunks that Keras brings along, grown onto a tensor."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from lungseg.backend import keras
from lungseg.errors import InputError
from lungseg.networks.transfer import copy_weights, settle

#: Standard deviations of ImageNet's red, green and blue, which the EfficientNets of Keras
#: store where a variance should be.
_DEVIATIONS = (0.229, 0.224, 0.225)


def application_trunk(
    name: str,
    tensor: Any,
    *,
    norm_momentum: float = 0.9,
    weights: str | Path | None = None,
    **options: Any,
) -> Any:
    """Grow a network of ``keras.applications`` onto a tensor, without its head.

    The graph is the same whatever it starts from, so that weights that were trained from
    ImageNet's load into a network that was built without them.

    Parameters
    ----------
    name : str
        Of a function in ``keras.applications``.
    tensor : symbolic tensor of shape (batch, rows, columns, 3)
    norm_momentum : float
        Momentum of every batch normalisation. Keras's .99 lags far behind where an epoch
        has a few dozen steps.
    weights : {"imagenet"} or path, optional
        Those that Keras downloads, or a file of weights without the head, such as the
        ``*_notop.h5`` that it would download.
    **options
        Of the function.

    Returns
    -------
    keras.Model
        From the sources of the tensor to the last activation.

    Raises
    ------
    lungseg.InputError
        If the weights cannot be downloaded, or the file is missing or does not fit.

    Examples
    --------
    >>> application_trunk("MobileNetV2", keras.Input((64, 64, 3)), alpha=0.35).output_shape
    (None, 2, 2, 1280)
    """
    make = getattr(keras.applications, name)
    start = _download(make, **options) if weights == "imagenet" else None
    trunk = make(include_top=False, weights=None, input_tensor=tensor, **options)
    for layer in trunk.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = norm_momentum
        if isinstance(layer, keras.layers.Normalization):
            layer.name = "normalize"  # Keras numbers it anew in each network
    if start is not None:
        copy_weights(start, trunk)
        _mend_normalization(trunk)
    elif weights is not None:
        load_trunk(trunk, weights)
    return trunk


def load_trunk(trunk: Any, path: str | Path) -> None:
    """Load a file of weights into a trunk.

    Parameters
    ----------
    trunk : keras.Model
    path : str or Path
        ``.weights.h5`` or ``.h5``, as Keras writes them.

    Raises
    ------
    lungseg.InputError
        If the file is missing or does not fit.
    """
    if not Path(path).is_file():
        raise InputError(
            str(path), "there is no such file of weights", 'give a file, "imagenet", or none'
        )
    try:
        with warnings.catch_warnings():
            # Keras warns of each layer before it raises.
            warnings.simplefilter("ignore")
            trunk.load_weights(str(path))
    except (ValueError, KeyError, OSError) as error:
        raise InputError(
            str(path),
            f"these are no weights of {trunk.name} without its head",
            "give a .weights.h5 or .h5 file that Keras wrote of this very network",
        ) from error
    _mend_normalization(trunk)


def _download(make: Any, **options: Any) -> Any:
    try:
        start = make(include_top=False, weights="imagenet", input_shape=(224, 224, 3), **options)
    except Exception as error:
        # Keras raises a bare Exception when a download fails.
        if "URL fetch failure" not in str(error):
            raise
        raise InputError(
            'weights="imagenet"',
            "the ImageNet weights could not be downloaded",
            "connect to the network once, or start without them (weights=None)",
        ) from None
    for layer in start.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.name = "normalize"
    return start


def _mend_normalization(trunk: Any) -> None:
    """Make a variance of the deviations that stand in ImageNet's EfficientNets.

    Keras mends them by one more layer, in networks that start from ImageNet alone.
    """
    for layer in trunk.layers:
        if not isinstance(layer, keras.layers.Normalization):
            continue
        mean, variance, count = layer.get_weights()
        if np.allclose(variance, _DEVIATIONS, atol=1e-4):
            layer.set_weights([mean, np.square(variance), count])
            settle(layer)
