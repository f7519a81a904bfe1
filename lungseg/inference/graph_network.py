"""A network on OpenVINO, made of its graph and the arrays of its weights file."""

from __future__ import annotations

import lzma
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class GraphNetwork:
    """Run a graph of `lungseg.networks.graph.to_graph` over pictures, as Keras would.

    TensorFlow starts, lays EfficientNets out and traces them before the first picture is seen,
    which takes four times as long (``benchmarks/start.py``). In single precision whatever the
    processor has: the probabilities are those of Keras to the fifth decimal place.

    Parameters
    ----------
    graph : bytes
    weights : mapping of str to array
        What the weights file calls each input of the graph.

    Raises
    ------
    ValueError
        If the weights lack an array that the graph takes.
    """

    def __init__(self, graph: bytes, weights: Mapping[str, Array]) -> None:
        self._graph = graph
        self._weights = dict(weights)
        self._queue: Any = None
        self._lock = threading.RLock()

    @property
    def graph(self) -> bytes:
        """What it was made of, to be stored again."""
        return self._graph

    def __reduce__(self) -> tuple[type[GraphNetwork], tuple[bytes, Mapping[str, Array]]]:
        # What is compiled belongs to the process.
        return GraphNetwork, (self._graph, self._weights)

    def predict_on_batch(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Compute what the network makes of pictures of shape (n, rows, columns, channels).

        Returns
        -------
        float32 array of shape (n, …)
            As of ``keras.Model.predict_on_batch``.
        """
        return self.outputs_on_batch(batch)[0]

    def outputs_on_batch(
        self, batch: NDArray[np.float32], **others: NDArray[np.float32]
    ) -> list[NDArray[np.float32]]:
        """Compute everything that the graph makes of pictures.

        Parameters
        ----------
        batch : float32 array of shape (n, rows, columns, channels)
        **others : float32 array of shape (1, …)
            What the graph is shown besides, with every picture.

        Returns
        -------
        list of float32 array of shape (n, …)
            One for each output.
        """
        found: list[Any] = [None] * len(batch)

        def keep(request: Any, index: int) -> None:
            found[index] = [tensor.data[0].copy() for tensor in request.output_tensors]

        # One thread at a time: all cores work for it.
        with self._lock:
            queue = self._running()
            queue.set_callback(keep)
            for index in range(len(batch)):
                picture = np.ascontiguousarray(batch[index : index + 1])
                queue.start_async({"pictures": picture, **others}, index)
            queue.wait_all()
        return [np.stack(outputs) for outputs in zip(*found, strict=True)]

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each thing that it is shown, by name; one picture at a time."""
        inputs = self._running()[0].get_compiled_model().inputs
        return {one.node.friendly_name: tuple(one.shape) for one in inputs}

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of the pictures that it takes: (1, rows, columns, channels)."""
        return self.shapes["pictures"]

    def _running(self) -> Any:
        with self._lock:
            if self._queue is None:
                self._queue = self._compile()
            return self._queue

    def _compile(self) -> Any:
        import openvino
        from openvino.passes import ConstantFolding, Manager

        core = openvino.Core()
        model = core.read_model(lzma.decompress(self._graph))
        self._put_weights(model)
        # What is computed from weights alone is constant, and has to be so before convolutions
        # look for what they can do along the way.
        manager = Manager()
        manager.register_pass(ConstantFolding())
        manager.run_passes(model)
        _part_constants(model)
        hints = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "THROUGHPUT"}
        return openvino.AsyncInferQueue(core.compile_model(model, "CPU", hints))

    def _put_weights(self, model: Any) -> None:
        """Put the weights where they belong."""
        from openvino import opset13

        for given in model.get_parameters():
            name = given.get_friendly_name()
            if name in _SHOWN:
                continue
            if name not in self._weights:
                raise ValueError(f"the weights hold no {name}, which the graph takes")
            constant = opset13.constant(self._weights[name].astype(np.float32))
            given.output(0).replace(constant.output(0))
            model.remove_parameter(given)


#: Inputs of a graph that are no weights.
_SHOWN = ("pictures", "target")

#: Arrays of more numbers are kernels: to copy these costs more than it brings.
_SMALL = 8192


def _part_constants(model: Any) -> None:
    """Give each user of a small constant its own.

    A convolution does not add a shift along the way that another convolution adds as well, as where
    one trunk looks at a picture in several sizes.
    """
    from openvino import opset13

    for node in model.get_ops():
        if node.get_type_name() == "Constant" and 0 < np.prod(node.get_output_shape(0)) < _SMALL:
            for taker in list(node.output(0).get_target_inputs())[1:]:
                taker.replace_source_output(opset13.constant(node.data.copy()).output(0))
