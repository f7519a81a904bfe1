"""ONNX Runtime."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lungseg.inference.engine import to_input


class OnnxEngine:
    """Run an ONNX export over slices, in batches.

    Parameters
    ----------
    exported : bytes
        What `lungseg.networks.export.to_onnx` made.
    batch_size : int
    """

    name = "onnx"

    def __init__(self, exported: bytes, *, batch_size: int = 4) -> None:
        import onnxruntime

        self._exported = exported
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            exported, options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name
        self.batch_size = batch_size

    def __reduce__(self) -> tuple[Callable[..., OnnxEngine], tuple[bytes]]:
        # The session belongs to the process.
        return partial(OnnxEngine, batch_size=self.batch_size), (self._exported,)

    def __call__(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probability of each pixel of grey slices of shape (slices, rows, columns)."""
        found = np.empty(grey.shape, np.float32)
        for start in range(0, len(grey), self.batch_size):
            part = slice(start, start + self.batch_size)
            (batch,) = self._session.run(None, {self._input: to_input(grey[part])})
            found[part] = batch[..., 0]
        return found
