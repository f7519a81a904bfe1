"""Graphs of an artefact's networks, beside their weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import h5py
from numpy.typing import NDArray

from lungseg.inference.graph_network import GraphNetwork

Arrays = dict[str, NDArray[Any]]
Kind = Literal["graph", "evidence"]

_KINDS: tuple[Kind, ...] = ("graph", "evidence")


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
    graphs, evidence = (_read_graphs(folder, name, sides, kind) for kind in _KINDS)
    if find_spec("openvino") is None or not graphs:
        return {}, {}
    arrays = read_arrays(folder / f"{name}.weights.h5")
    return _run(graphs, arrays), _run(evidence, arrays)


def _read_graphs(folder: Path, name: str, sides: list[int], kind: Kind) -> dict[int, bytes]:
    paths = {side: folder / graph_file(name, side, kind) for side in sides}
    there = all(path.is_file() for path in paths.values())
    return {side: path.read_bytes() for side, path in paths.items()} if there else {}


def _run(graphs: Mapping[int, bytes], arrays: Arrays) -> dict[int, GraphNetwork]:
    return {side: GraphNetwork(graph, arrays) for side, graph in graphs.items()}


def make_graphs(
    stored: Any, laid_out: Mapping[int, Any]
) -> tuple[dict[int, GraphNetwork], dict[int, GraphNetwork]]:
    """Make graphs of a network.

    Parameters
    ----------
    stored : keras.Model
        What is saved.
    laid_out : mapping of int to keras.Model
        The same layers for each side.

    Returns
    -------
    graphs, evidence : dict of int to GraphNetwork
        As of `stored_graphs`; the second empty where a network has no graph of its evidence.

    Raises
    ------
    ModuleNotFoundError
        If onnx, tf2onnx or openvino is not installed, or Keras does not run on TensorFlow.
    """
    from lungseg.networks.evidence_graph import to_evidence_graph
    from lungseg.networks.graph import to_graph

    if find_spec("openvino") is None:
        raise ModuleNotFoundError("a graph needs openvino: pip install 'lungseg[openvino]'")
    graphs = {side: to_graph(model, stored=stored) for side, model in laid_out.items()}
    evidence = {side: to_evidence_graph(model, stored=stored) for side, model in laid_out.items()}
    return with_weights(stored, graphs, {side: one for side, one in evidence.items() if one})


def with_weights(
    stored: Any, graphs: Mapping[int, bytes], evidence: Mapping[int, bytes]
) -> tuple[dict[int, GraphNetwork], dict[int, GraphNetwork]]:
    """Run graphs, which hold no weights, with those of a network that is laid out in the same way.

    Parameters
    ----------
    stored : keras.Model
    graphs, evidence : mapping of int to bytes
        By the side of pictures.

    Returns
    -------
    graphs, evidence : dict of int to GraphNetwork
    """
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "network.weights.h5"
        stored.save_weights(str(path))
        arrays = read_arrays(path)
    return _run(graphs, arrays), _run(evidence, arrays)


def read_arrays(path: Path) -> Arrays:
    """Read every array of a weights file, by its name there."""
    arrays: Arrays = {}

    def take(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            arrays[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(take)
    return arrays
