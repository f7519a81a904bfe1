"""OpenVINO."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.inference.engine import to_input


class OpenVinoEngine:
    """Run an ONNX export over slices, as many at a time as the processor likes.

    Parameters
    ----------
    exported : bytes
        What `lungseg.networks.export.to_onnx` made.
    precision : {"auto", "f32", "bf16"}
        Of the sums; "auto" is bfloat16 where the processor has it.
    """

    name = "openvino"

    def __init__(self, exported: bytes, *, precision: str = "auto") -> None:
        import openvino

        self._exported, self._precision = exported, precision
        self._core = openvino.Core()
        self._model = self._core.read_model(exported)
        able = self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self.precision = ("bf16" if "BF16" in able else "f32") if precision == "auto" else precision
        self._queues: dict[tuple[int, int], Any] = {}
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Callable[..., OpenVinoEngine], tuple[bytes]]:
        # What is compiled belongs to the process.
        return partial(OpenVinoEngine, precision=self._precision), (self._exported,)

    def __call__(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probability of each pixel of grey slices of shape (slices, rows, columns)."""
        found = np.empty(grey.shape, np.float32)

        def keep(request: Any, index: int) -> None:
            found[index] = request.get_output_tensor().data[0, ..., 0]

        # One thread at a time: all cores work for it.
        with self._lock:
            queue = self._queue((grey.shape[1], grey.shape[2]))
            queue.set_callback(keep)
            for index in range(len(grey)):
                queue.start_async([to_input(grey[index : index + 1])], index)
            queue.wait_all()
        return found

    def _queue(self, shape: tuple[int, int]) -> Any:
        """Compile for slices of one shape: fixed shapes make faster code."""
        import openvino

        if shape not in self._queues:
            model = self._model.clone()
            model.reshape([1, *shape, 1])
            compiled = self._core.compile_model(
                model,
                "CPU",
                {"INFERENCE_PRECISION_HINT": self.precision, "PERFORMANCE_HINT": "THROUGHPUT"},
            )
            self._queues[shape] = openvino.AsyncInferQueue(compiled)
        return self._queues[shape]
