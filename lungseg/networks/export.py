"""Networks in a form that other programs run."""

from __future__ import annotations

import contextlib
import io
import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np


def can_export() -> bool:
    """Tell whether the packages that `to_onnx` needs are installed.

    Examples
    --------
    >>> can_export() in (True, False)
    True
    """
    return find_spec("onnx") is not None and find_spec("tf2onnx") is not None


def require_export() -> None:
    """Make sure that a network can be exported here.

    Raises
    ------
    ModuleNotFoundError
        If onnx or tf2onnx is not installed, or Keras does not run on TensorFlow.
    """
    from lungseg.backend import backend_name

    if not can_export():
        raise ModuleNotFoundError("an export needs onnx and tf2onnx: pip install 'lungseg[onnx]'")
    if backend_name() != "tensorflow":
        raise ModuleNotFoundError("Keras exports to ONNX on its TensorFlow backend only")


def to_onnx(model: Any) -> bytes:
    """Export a network as ONNX.

    Parameters
    ----------
    model : keras.Model
        Of one input. Where its shape holds None, the export takes any size.

    Returns
    -------
    bytes
        Input (slices, rows, columns, channels) float32, of the values that the network
        takes in Keras: 0…1 for a segmenter, 0…255 for a classifier.

    Raises
    ------
    ModuleNotFoundError
        If onnx or tf2onnx is not installed, or Keras does not run on TensorFlow.

    Examples
    --------
    >>> from lungseg.networks import build
    >>> exported = to_onnx(build("bcdunet-d1", (None, None, 1), filters=2))
    >>> len(exported) > 10_000
    True
    """
    require_export()
    embed_constants(model)
    # Keras exports only what has been called.
    model(np.zeros((1, *(side or 32 for side in model.input_shape[1:])), np.float32))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "network.onnx"
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            # Of how tf2onnx calls NumPy and Keras; nothing here can mend it.
            warnings.simplefilter("ignore")
            model.export(str(path), format="onnx", verbose=False)
        return path.read_bytes()


def embed_constants(model: Any) -> None:
    """Make constants of what a normalisation holds as tensors.

    Those of TensorFlow would become inputs of the export, which nobody could feed.
    """
    from lungseg.backend import keras

    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.mean, layer.variance = (np.asarray(part) for part in (layer.mean, layer.variance))
