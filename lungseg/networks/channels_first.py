"""Channels in front, as ONNX wants them, in a graph whose weights are inputs."""

from __future__ import annotations

from itertools import permutations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Numbers that stand in for arrays lie between these, where single precision holds each of them.
_FIRST, _LAST = 2**20, 2**24

#: From channels last to channels first, and back.
_TO_FRONT, _TO_BACK = (0, 3, 1, 2), (0, 2, 3, 1)

_Shapes = dict[str, list[int]]


def channels_first(model: Any) -> Any:
    """Take the changes of layout out of a graph.

    Keras has the channels last and ONNX has them first, so that tf2onnx turns arrays around before
    and after every convolution. It cancels these turns out, but only past what is constant: where
    weights are inputs most of them stay, and take half of the time. So what is computed from
    weights alone is set aside, numbers stand in for it while tf2onnx does its work, and from where
    each number went it is seen how the array has to be laid out.

    Parameters
    ----------
    model : onnx.ModelProto
        The first input is what the network is shown, the others are its weights. All shapes are
        known. Its nodes become part of what is returned.

    Returns
    -------
    onnx.ModelProto
        Of the same inputs and outputs; the graph that was given where it cannot be parted so, or
        where tf2onnx computes with the numbers and does not only move them.

    Examples
    --------
    >>> from onnx import parser
    >>> model = parser.parse_model('''<ir_version: 8, opset_import: ["" : 15]>
    ... graph (float[1, 8, 8, 2] pictures, float[3, 2, 1, 1] kernel, float[3] bias)
    ...     => (float[1, 3, 1, 1] y) {
    ...   front = Transpose <perm = [0, 3, 1, 2]> (pictures)
    ...   seen = Conv (front, kernel)
    ...   back = Transpose <perm = [0, 2, 3, 1]> (seen)
    ...   moved = Add (back, bias)
    ...   again = Transpose <perm = [0, 3, 1, 2]> (moved)
    ...   y = GlobalAveragePool (again)
    ... }''')
    >>> sum(node.op_type == "Transpose" for node in channels_first(model).graph.node)
    1
    """
    from tf2onnx.graph import GraphUtil

    shapes, parts = _shapes(model), _split(model.graph)
    if not _can_be_parted(model.graph, parts, shapes):
        return model
    stand_ins = _stand_ins(parts, shapes)
    graph = _without_weights(model.graph, parts, shapes, stand_ins)
    turned = GraphUtil.optimize_model_proto(_model(graph, model), catch_errors=False).graph
    constants = _take_constants(turned)
    origins = {name: _origin(array, stand_ins) for name, array in constants.items()}
    moved = {name: origin for name, origin in origins.items() if origin}
    rest = [array for name, array in constants.items() if name not in moved]
    if {origin.name for origin in moved.values()} != set(stand_ins) or _computed(model.graph, rest):
        return model
    return _excited_in_front(_joined(model, parts, turned, moved, constants))


class _Parts(NamedTuple):
    """A graph in two, in the order of its nodes, and what goes from the first to the second."""

    weights: list[Any]
    pictures: list[Any]
    between: list[str]


class _Origin(NamedTuple):
    """Which array a constant was, and the order of its axes."""

    name: str
    axes: tuple[int, ...]


def _shapes(model: Any) -> _Shapes:
    """Shape of everything that is of single precision."""
    import onnx

    graph = onnx.shape_inference.infer_shapes(model).graph
    return {
        value.name: [size.dim_value for size in value.type.tensor_type.shape.dim]
        for value in [*graph.value_info, *graph.input, *graph.output]
        if value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    }


def _split(graph: Any) -> _Parts:
    shown, *given = (value.name for value in graph.input)
    of_pictures, of_weights = {shown}, set(given)
    parts = _Parts([], [], [])
    for node in graph.node:
        if of_pictures.intersection(node.input):
            parts.pictures.append(node)
            of_pictures.update(node.output)
        elif of_weights.intersection(node.input):
            parts.weights.append(node)
            of_weights.update(node.output)
        else:
            parts.pictures.append(node)  # of constants alone
    taken = {name for node in parts.pictures for name in node.input}
    return parts._replace(between=sorted(taken & of_weights))


def _can_be_parted(graph: Any, parts: _Parts, shapes: _Shapes) -> bool:
    """Whether the first part needs nothing of the second, and gives it arrays of known shape."""
    known = {one.name for one in [*graph.input, *graph.initializer]}
    known.update(name for node in parts.weights for name in node.output)
    needs = {name for node in parts.weights for name in node.input if name}
    return needs <= known and all(np.prod(shapes.get(name, [0])) for name in parts.between)


def _stand_ins(parts: _Parts, shapes: _Shapes) -> dict[str, NDArray[np.float32]]:
    """Arrays of numbers of which no two are equal."""
    # A kernel is left alone: tf2onnx would multiply it by the scale that follows.
    kernels = {
        node.input[1] for node in parts.pictures if node.op_type in ("Conv", "Gemm", "MatMul")
    }
    found: dict[str, NDArray[np.float32]] = {}
    first = _FIRST
    for name in parts.between:
        size = int(np.prod(shapes[name]))
        if name in kernels or first + size > _LAST:
            continue
        found[name] = np.arange(first, first + size, dtype=np.float32).reshape(shapes[name])
        first += size
    return found


def _without_weights(
    graph: Any, parts: _Parts, shapes: _Shapes, stand_ins: dict[str, NDArray[np.float32]]
) -> Any:
    """Make a graph of the second part alone."""
    from onnx import TensorProto, helper, numpy_helper

    taken = {name for node in parts.pictures for name in node.input}
    opened = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name])
        for name in parts.between
        if name not in stand_ins
    ]
    constants = [constant for constant in graph.initializer if constant.name in taken]
    constants += [numpy_helper.from_array(array, name) for name, array in stand_ins.items()]
    inputs, outputs = [graph.input[0], *opened], list(graph.output)
    return helper.make_graph(parts.pictures, graph.name, inputs, outputs, constants)


def _take_constants(graph: Any) -> dict[str, NDArray[Any]]:
    """Take constants out of a graph, whichever way it holds them."""
    from onnx import numpy_helper

    found = {constant.name: numpy_helper.to_array(constant) for constant in graph.initializer}
    nodes = []
    for node in graph.node:
        if node.op_type == "Constant":
            found[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        else:
            nodes.append(node)
    del graph.initializer[:], graph.node[:]
    graph.node.extend(nodes)
    return found


def _origin(array: NDArray[Any], stand_ins: dict[str, NDArray[np.float32]]) -> _Origin | None:
    """Find what was moved to make a constant; None if it is no stand-in."""
    if array.dtype != np.float32 or not array.size:
        return None
    for name, numbers in stand_ins.items():
        if numbers.size != array.size or numbers.min() != array.min():
            continue
        for axes in permutations(range(numbers.ndim)):
            if np.array_equal(numbers.transpose(axes).ravel(), array.ravel()):
                return _Origin(name, axes)
    return None


def _computed(graph: Any, constants: list[NDArray[Any]]) -> bool:
    """Whether one of the constants may have come of stand-ins: it is large, and new."""
    from onnx import numpy_helper

    known = {numpy_helper.to_array(one).tobytes() for one in graph.initializer}
    return any(
        array.dtype == np.float32
        and array.size > 0
        and np.abs(array).max() >= _FIRST / 2
        and array.tobytes() not in known
        for array in constants
    )


def _joined(
    model: Any,
    parts: _Parts,
    turned: Any,
    moved: dict[str, _Origin],
    constants: dict[str, NDArray[Any]],
) -> Any:
    """Put both parts together again, and between them what lays the arrays out."""
    from onnx import helper, numpy_helper

    taken = {name for node in parts.weights for name in node.input}
    # Names of the first part may mean something else in the second by now.
    own = {one.name: f"weights/{one.name}" for one in model.graph.initializer if one.name in taken}
    nodes = [_renamed(node, own) for node in parts.weights]
    kept = [
        numpy_helper.from_array(numpy_helper.to_array(one), own[one.name])
        for one in model.graph.initializer
        if one.name in own
    ]
    for name, array in constants.items():
        if name not in moved:
            kept.append(numpy_helper.from_array(array, name))
            continue
        origin, axes = moved[name]
        kept.append(numpy_helper.from_array(np.array(array.shape, np.int64), f"{name}/shape"))
        if axes != tuple(range(len(axes))):
            nodes.append(helper.make_node("Transpose", [origin], [f"{name}/turned"], perm=axes))
            origin = f"{name}/turned"
        nodes.append(helper.make_node("Reshape", [origin, f"{name}/shape"], [f"{name}/laid out"]))
    laid_out = {name: f"{name}/laid out" for name in moved}
    nodes += [_renamed(node, laid_out) for node in turned.node]
    inputs, outputs = list(model.graph.input), list(model.graph.output)
    return _model(helper.make_graph(nodes, model.graph.name, inputs, outputs, kept), model)


def _excited_in_front(model: Any) -> Any:
    """Multiply a map by one number a channel with the channels in front.

    What squeeze and excitation does: tf2onnx moves turns past products with constants alone.
    """
    from onnx import helper

    shapes, graph = _shapes(model), model.graph
    made = {name: node for node in graph.node for name in node.output}
    takers: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            takers.setdefault(name, []).append(node)
    results = {value.name for value in graph.output}
    front: dict[str, str] = {}
    nodes = []
    for node in graph.node:
        after = takers.get(node.output[0], [])
        seen = {name for one in [node, *after] for name in one.output} & results
        if node.op_type == "Mul" and not seen and all(_turns(one, _TO_FRONT) for one in after):
            shown, factor = sorted(node.input, key=lambda name: shapes.get(name, [])[1:3] == [1, 1])
            if _turns(made.get(shown), _TO_BACK) and shapes.get(factor, [])[:3] == [1, 1, 1]:
                turned = f"{node.output[0]}/factor"
                nodes.append(helper.make_node("Transpose", [factor], [turned], perm=_TO_FRONT))
                node.input[:] = [made[shown].input[0], turned]
                front |= {one.output[0]: node.output[0] for one in after}
        nodes.append(_renamed(node, front))
    inputs, outputs, kept = list(graph.input), list(graph.output), list(graph.initializer)
    needed = _needed(nodes, results)
    return _model(helper.make_graph(needed, graph.name, inputs, outputs, kept), model)


def _turns(node: Any, axes: tuple[int, ...]) -> bool:
    return (
        node is not None and node.op_type == "Transpose" and tuple(node.attribute[0].ints) == axes
    )


def _needed(nodes: list[Any], wanted: set[str]) -> list[Any]:
    """Leave out nodes that nothing is made of."""
    kept = []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    return kept[::-1]


def _renamed(node: Any, names: dict[str, str]) -> Any:
    for place, name in enumerate(node.input):
        node.input[place] = names.get(name, name)
    return node


def _model(graph: Any, like: Any) -> Any:
    from onnx import helper

    made = helper.make_model(graph, opset_imports=like.opset_import)
    made.ir_version = like.ir_version
    return made
