"""A network without its weights, in a form that another program runs with them."""

from __future__ import annotations

import contextlib
import io
import lzma
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from lungseg.networks.channels_first import channels_first
from lungseg.networks.export import embed_constants, require_export


def to_graph(model: Any, *, stored: Any = None) -> bytes:
    """Export what a network computes, and leave its weights out.

    An export with the weights would hold them twice, in its own file and in Keras's. Of this one
    they are inputs, each named like the array of the weights file that goes there, and so
    it has a thousandth of the size and serves whatever weights the network learns later.

    Parameters
    ----------
    model : keras.Model
        Of one input and one output.
    stored : keras.Model, optional
        The network that is saved, where ``model`` is made of the same layers for pictures of
        another size.

    Returns
    -------
    bytes
        An ONNX graph, packed by LZMA, whose first input is called ``pictures``; for
        `lungseg.inference.graph_network.GraphNetwork`.

    Raises
    ------
    ModuleNotFoundError
        If onnx or tf2onnx is not installed, or Keras does not run on TensorFlow.

    Examples
    --------
    >>> from lungseg.networks import build
    >>> model = build("simple", (32, 32, 1))
    >>> len(to_graph(model)) < 4 * model.count_params() / 10
    True
    """
    shape = (1, *model.input_shape[1:])
    return export_graph(model, lambda run, pictures: run(pictures), {"pictures": shape}, stored)


def export_graph(
    model: Any, compute: Callable[..., Any], shown: Mapping[str, tuple[int, ...]], stored: Any
) -> bytes:
    """Export what is computed with a network, and leave its weights out; see `to_graph`.

    Parameters
    ----------
    model : keras.Model
    compute : callable
        Takes a function that runs ``model`` over a tensor, and a tensor of each of ``shown``.
    shown : mapping of str to tuple of int
        Names and shapes of the inputs that are no weights, the pictures first. One picture at a
        time: shapes that are known make a graph that is half as large to compile.
    stored : keras.Model or None
        The network that is saved; ``model`` without.

    Returns
    -------
    bytes
        As of `to_graph`, with an output for each tensor that ``compute`` returns.

    Raises
    ------
    ModuleNotFoundError
        If onnx or tf2onnx is not installed, or Keras does not run on TensorFlow.

    Examples
    --------
    >>> from lungseg.networks import build
    >>> model = build("simple", (32, 32, 1))
    >>> twice = export_graph(model, lambda run, x: run(x) * 2, {"pictures": (1, 32, 32, 1)}, None)
    >>> len(twice) < 4 * model.count_params() / 10
    True
    """
    require_export()
    import tensorflow as tf
    import tf2onnx

    embed_constants(model)
    stored = model if stored is None else stored
    names = _names_in_file(stored)
    places = {id(variable): place for place, variable in enumerate(stored.weights)}
    signature = [tf.TensorSpec(shape, tf.float32, name=name) for name, shape in shown.items()]
    signature += [
        tf.TensorSpec(variable.shape, tf.float32, name=f"weight{place}")
        for place, variable in enumerate(stored.weights)
    ]
    # Counters and seeds are no weights, and nothing depends on them outside of a training.
    fixed = {id(v): np.array(v.value) for v in model.non_trainable_variables if id(v) not in places}

    def with_weights(*given: Any) -> Any:
        inputs, weights = given[: len(shown)], given[len(shown) :]
        trainable, others = (
            [weights[places[id(v)]] if id(v) in places else fixed[id(v)] for v in variables]
            for variables in (model.trainable_variables, model.non_trainable_variables)
        )
        return compute(
            lambda x: model.stateless_call(trainable, others, x, training=False)[0], *inputs
        )

    traced = tf.function(with_weights, input_signature=signature, autograph=False)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        # Of how tf2onnx calls NumPy; nothing here can mend it.
        warnings.simplefilter("ignore")
        graph, _ = tf2onnx.convert.from_function(traced, input_signature=signature)
        graph = channels_first(graph)
    _rename_inputs(graph.graph, {f"weight{place}": name for place, name in names.items()})
    return lzma.compress(graph.SerializeToString())


def _names_in_file(model: Any) -> dict[int, str]:
    """Find out which array of a weights file is which weight, by saving their numbers."""
    kept = model.get_weights()
    names: dict[int, str] = {}

    def note(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.size:
            names[int(np.ravel(item[()])[0])] = name

    try:
        model.set_weights([np.full(w.shape, place, np.float32) for place, w in enumerate(kept)])
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "numbers.weights.h5"
            model.save_weights(str(path))
            with h5py.File(path) as file:
                file.visititems(note)
    finally:
        model.set_weights(kept)
    return names


def _rename_inputs(graph: Any, names: dict[str, str]) -> None:
    for one in graph.input:
        one.name = names.get(one.name, one.name)
    for node in graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = names.get(name, name)
