"""What runs a network over slices: Keras, ONNX Runtime or OpenVINO."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

EngineName = Literal["auto", "keras", "onnx", "openvino"]


class Engine(Protocol):
    """Marks the pixels of slices."""

    name: str

    def __call__(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probability of each pixel of grey slices of shape (slices, rows, columns)."""
        ...


def make_engine(
    name: EngineName, *, keras: Callable[[], Any], onnx: Callable[[], bytes | None]
) -> Engine:
    """Make the engine of a name.

    Parameters
    ----------
    name : {"auto", "keras", "onnx", "openvino"}
        "auto" is OpenVINO where it is installed and an export is stored with the
        weights, else Keras: ONNX Runtime was slower than both (``lungseg bench``).
    keras : callable
        Returns the network as a ``keras.Model``.
    onnx : callable
        Returns the network's ONNX export, or None where none can be had.

    Returns
    -------
    Engine

    Raises
    ------
    ValueError
        If no engine has this name.
    ModuleNotFoundError
        If what the engine needs is not installed: it names the extra that brings it.

    Examples
    --------
    >>> class Half:
    ...     def predict_on_batch(self, batch):
    ...         return batch / 2
    >>> engine = make_engine("keras", keras=Half, onnx=lambda: None)
    >>> float(engine(np.full((1, 8, 8), 255, np.uint8)).max())
    0.5
    """
    from lungseg.inference.keras_engine import KerasEngine
    from lungseg.inference.onnx_engine import OnnxEngine
    from lungseg.inference.openvino_engine import OpenVinoEngine

    if name == "auto":
        exported = onnx() if find_spec("openvino") else None
        return KerasEngine(keras()) if exported is None else OpenVinoEngine(exported)
    if name == "keras":
        return KerasEngine(keras())
    if name not in ("onnx", "openvino"):
        raise ValueError(f"engine must be auto, keras, onnx or openvino, got {name!r}")
    package = {"onnx": "onnxruntime", "openvino": "openvino"}[name]
    if find_spec(package) is None:
        raise ModuleNotFoundError(
            f"the engine {name!r} needs {package}: pip install 'lungseg[{name}]'"
        )
    exported = onnx()
    if exported is None:
        raise ModuleNotFoundError(
            f"these weights hold no ONNX export for the engine {name!r}, and none can be made "
            "here: pip install 'lungseg[onnx]'"
        )
    return OnnxEngine(exported) if name == "onnx" else OpenVinoEngine(exported)


def to_input(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Grey slices as networks take them: (slices, rows, columns, 1), 0 to 1.

    Examples
    --------
    >>> to_input(np.full((1, 8, 8), 255, np.uint8)).shape
    (1, 8, 8, 1)
    """
    return grey[..., None].astype(np.float32) / np.float32(255)
