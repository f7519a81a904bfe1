"""A network on OpenVINO, made of its graph and the arrays of its weights file."""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import h5py
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Kind = Literal["graph", "evidence"]

_KINDS: tuple[Kind, ...] = ("graph", "evidence")


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

    @property
    def graph(self) -> bytes:
        """What it was made of, to be stored again."""
        return self._graph

    def __getstate__(self) -> dict[str, Any]:
        # What is compiled belongs to the process.
        return {**vars(self), "_queue": None}

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
        queue = self._running()
        found: list[Any] = [None] * len(batch)

        def keep(request: Any, index: int) -> None:
            found[index] = [tensor.data[0].copy() for tensor in request.output_tensors]

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


def graph_file(name: str, side: int, kind: Kind = "graph") -> str:
    """Name of the file beside ``<name>.weights.h5`` that holds a graph for one size.

    Examples
    --------
    >>> graph_file("classifier", 320)
    'classifier.320.graph.xz'
    """
    return f"{name}.{side}.{kind}.xz"


def graph_files(
    name: str, graphs: Mapping[int, GraphNetwork], kind: Kind = "graph"
) -> dict[str, bytes]:
    """Files of an artefact that hold the graphs of a network."""
    return {graph_file(name, side, kind): network.graph for side, network in graphs.items()}


def stored_graphs(
    folder: Path, name: str, sides: Iterable[int]
) -> tuple[dict[int, GraphNetwork], dict[int, GraphNetwork]]:
    """Make what an artefact holds ready to run.

    Parameters
    ----------
    folder : Path
    name : str
        Of the network: "classifier".
    sides : iterable of int
        Of the pictures that it is shown.

    Returns
    -------
    graphs, evidence : dict of int to GraphNetwork
        What the network gives, and what says where it sees it (`to_evidence_graph`), by the
        side; empty where one of the graphs is missing, or nothing runs them.

    Examples
    --------
    >>> stored_graphs(Path("nowhere"), "classifier", [320])
    ({}, {})
    """
    sides = list(sides)
    paths = [{side: folder / graph_file(name, side, kind) for side in sides} for kind in _KINDS]
    whole = [all(path.is_file() for path in some.values()) for some in paths]
    if find_spec("openvino") is None or not whole[0]:
        return {}, {}
    arrays = read_arrays(folder / f"{name}.weights.h5")
    graphs, evidence = (
        {side: GraphNetwork(path.read_bytes(), arrays) for side, path in some.items() if there}
        for some, there in zip(paths, whole, strict=True)
    )
    return graphs, evidence


def make_graphs(
    stored: Any, laid_out: Mapping[int, Any], kind: Kind = "graph"
) -> dict[int, GraphNetwork]:
    """Make graphs of a network.

    Parameters
    ----------
    stored : keras.Model
        What is saved.
    laid_out : mapping of int to keras.Model
        The same layers for each side.
    kind : {"graph", "evidence"}
        Of what the network gives, or of where it sees it.

    Returns
    -------
    dict of int to GraphNetwork
        Empty where a network has no graph of its evidence.

    Raises
    ------
    ModuleNotFoundError
        If onnx, tf2onnx or openvino is not installed, or Keras does not run on TensorFlow.
    """
    from lungseg.networks.evidence_graph import to_evidence_graph
    from lungseg.networks.graph import to_graph

    if find_spec("openvino") is None:
        raise ModuleNotFoundError("a graph needs openvino: pip install 'lungseg[openvino]'")
    make = to_graph if kind == "graph" else to_evidence_graph
    made = {side: make(model, stored=stored) for side, model in laid_out.items()}
    return with_weights({side: graph for side, graph in made.items() if graph}, stored)


def with_weights(graphs: Mapping[int, bytes], stored: Any) -> dict[int, GraphNetwork]:
    """Run graphs, which hold no weights, with those of a network that is laid out in the same way.

    Parameters
    ----------
    graphs : mapping of int to bytes
        By the side of pictures.
    stored : keras.Model

    Returns
    -------
    dict of int to GraphNetwork
    """
    if not graphs:
        return {}
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "network.weights.h5"
        stored.save_weights(str(path))
        arrays = read_arrays(path)
    return {side: GraphNetwork(graph, arrays) for side, graph in graphs.items()}


def read_arrays(path: Path) -> dict[str, Array]:
    """Read every array of a weights file, by its name there."""
    arrays: dict[str, Array] = {}

    def take(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            arrays[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(take)
    return arrays
