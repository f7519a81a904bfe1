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


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read every array of a weights file, by its name there."""
    arrays: dict[str, NDArray[Any]] = {}

    def take(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            arrays[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(take)
    return arrays
