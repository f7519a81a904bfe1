from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lungseg.inference.graph_network import GraphNetwork
from lungseg.inference.stored_graphs import read_arrays

pytest.importorskip("openvino")
pytest.importorskip("tf2onnx")


@pytest.fixture(scope="module")
def arrays(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "a.weights.h5"
    model.save_weights(str(path))
    return read_arrays(path)


@pytest.fixture(scope="module")
def network(graph, arrays) -> GraphNetwork:
    return GraphNetwork(graph, arrays)


SHOWN = np.random.default_rng(0).uniform(0, 255, (5, 32, 32, 1)).astype(np.float32)


def test_it_gives_what_keras_gives_in_the_same_order(network, model) -> None:
    assert np.allclose(network.predict_on_batch(SHOWN), model.predict_on_batch(SHOWN), atol=1e-4)


def test_it_says_what_it_takes(network) -> None:
    assert network.input_shape == (1, 32, 32, 1)


def test_a_picture_does_not_depend_on_its_neighbours(network) -> None:
    whole = network.predict_on_batch(SHOWN)
    assert np.array_equal(network.predict_on_batch(SHOWN[3:4])[0], whole[3])


def test_many_threads_may_ask(network, graph, arrays) -> None:
    # One that none has asked yet, so that the threads have it compiled as well.
    fresh = GraphNetwork(graph, arrays)
    with ThreadPoolExecutor(4) as threads:
        parts = list(threads.map(lambda one: fresh.predict_on_batch(one[None]), SHOWN))
    assert np.array_equal(np.concatenate(parts), network.predict_on_batch(SHOWN))


def test_pickled_it_goes_on(network) -> None:
    before = network.predict_on_batch(SHOWN)
    again = pickle.loads(pickle.dumps(network))
    assert np.array_equal(again.predict_on_batch(SHOWN), before)


def test_weights_of_another_network_are_refused(network, arrays) -> None:
    lacking = dict(list(arrays.items())[1:])
    with pytest.raises(ValueError, match="the weights hold no layers/"):
        GraphNetwork(network.graph, lacking).predict_on_batch(SHOWN)
