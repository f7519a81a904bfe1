from __future__ import annotations

import lzma

import numpy as np
import pytest

from lungseg.inference.graph_network import GraphNetwork
from lungseg.inference.stored_graphs import read_arrays
from lungseg.networks import build
from lungseg.networks.graph import to_graph

onnx = pytest.importorskip("onnx")


@pytest.fixture(scope="module")
def network():
    """One with batch norms, whose statistics are weights as well."""
    network = build("resnet18", (32, 32, 1), 2)
    rng = np.random.default_rng(0)
    network.set_weights([w + rng.uniform(0, 0.1, w.shape) for w in network.get_weights()])
    return network


@pytest.fixture(scope="module")
def graph(network) -> bytes:
    return to_graph(network)


def test_weights_are_inputs_called_as_in_the_weights_file(network, graph, tmp_path) -> None:
    inputs = [one.name for one in onnx.load_from_string(lzma.decompress(graph)).graph.input]
    path = tmp_path / "whole.weights.h5"
    network.save_weights(str(path))
    assert inputs[0] == "pictures"
    assert set(inputs[1:]) <= set(read_arrays(path))
    assert len(inputs) > 100
    assert len(graph) < 4 * network.count_params() / 100


def test_it_leaves_the_network_as_it_was(network) -> None:
    before = network.get_weights()
    small = build("simple", (32, 32, 1))
    kept = small.get_weights()
    to_graph(small)
    assert all(np.array_equal(a, b) for a, b in zip(kept, small.get_weights(), strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(before, network.get_weights(), strict=True))


def test_it_computes_with_whatever_weights_it_is_given(network, graph, tmp_path) -> None:
    pytest.importorskip("openvino")
    shown = np.random.default_rng(1).uniform(0, 255, (3, 32, 32, 1)).astype(np.float32)
    for factor in (1.0, 1.05):
        network.set_weights([factor * w for w in network.get_weights()])
        path = tmp_path / "own.weights.h5"
        network.save_weights(str(path))
        there = GraphNetwork(graph, read_arrays(path)).predict_on_batch(shown)
        assert np.allclose(there, network.predict_on_batch(shown), rtol=1e-3, atol=1e-3)
