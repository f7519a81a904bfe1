"""Fewer changes of layout, and the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("tf2onnx")

from lungseg.networks.channels_first import channels_first  # noqa: E402

_HEAD = '<ir_version: 8, opset_import: ["" : 15]> graph '

#: A convolution, its scale and shift, an activation, and a second convolution.
_PLAIN = """(float[1, 8, 8, 2] pictures, float[1, 1, 2, 3] kernel, float[3] scale, float[3] shift,
    float[3] other, float[4, 3, 1, 1] last) => (float[1, 8, 8, 4] y) {
  front = Transpose <perm = [0, 3, 1, 2]> (pictures)
  turned = Transpose <perm = [3, 2, 0, 1]> (kernel)
  seen = Conv (front, turned)
  back = Transpose <perm = [0, 2, 3, 1]> (seen)
  both = Mul (scale, other)
  scaled = Mul (back, both)
  shifted = Add (scaled, shift)
  gate = Sigmoid (shifted)
  active = Mul (shifted, gate)
  again = Transpose <perm = [0, 3, 1, 2]> (active)
  more = Conv (again, last)
  y = Transpose <perm = [0, 2, 3, 1]> (more)
}"""

#: Squeeze and excitation between two convolutions.
_EXCITED = """(float[1, 8, 8, 2] pictures, float[3, 2, 1, 1] kernel, float[3, 3, 1, 1] excite,
    float[4, 3, 1, 1] last) => (float[1, 4, 8, 8] y) <int64[4] shape = {1, 1, 1, 3}> {
  front = Transpose <perm = [0, 3, 1, 2]> (pictures)
  seen = Conv (front, kernel)
  back = Transpose <perm = [0, 2, 3, 1]> (seen)
  mean = GlobalAveragePool (seen)
  raised = Conv (mean, excite)
  gate = Sigmoid (raised)
  flat = Reshape (gate, shape)
  product = Mul (back, flat)
  again = Transpose <perm = [0, 3, 1, 2]> (product)
  y = Conv (again, last)
}"""

#: The product is turned back for what is asked for, and for another convolution.
_SEEN = """(float[1, 8, 8, 2] pictures, float[3, 2, 1, 1] kernel, float[3, 3, 1, 1] excite)
    => (float[1, 3, 8, 8] again) <int64[4] shape = {1, 1, 1, 3}> {
  front = Transpose <perm = [0, 3, 1, 2]> (pictures)
  seen = Conv (front, kernel)
  back = Transpose <perm = [0, 2, 3, 1]> (seen)
  mean = GlobalAveragePool (seen)
  raised = Conv (mean, excite)
  flat = Reshape (raised, shape)
  product = Mul (back, flat)
  again = Transpose <perm = [0, 3, 1, 2]> (product)
}"""

#: What is computed of weights has a shape that is asked for.
_ASKED = """(float[1, 8, 8, 2] pictures, float[8, 8] bias) => (float[1, 8, 8, 2] y) {
  whole = Shape (pictures)
  sizes = Shape (bias)
  flat = Reshape (bias, sizes)
  mean = ReduceMean <axes = [0, 1], keepdims = 0> (flat)
  cast = Cast <to = 7> (mean)
  back = Cast <to = 1> (cast)
  least = Cast <to = 1> (whole)
  most = ReduceMax <keepdims = 0> (least)
  moved = Add (pictures, back)
  y = Mul (moved, most)
}"""

#: tf2onnx adds one constant to the other here.
_ADDED = """(float[1, 8, 8, 2] pictures, float[3, 2, 1, 1] kernel, float[3] bias, float[3] shift)
    => (float[1, 3, 8, 8] y) {
  front = Transpose <perm = [0, 3, 1, 2]> (pictures)
  seen = Conv (front, kernel, bias)
  back = Transpose <perm = [0, 2, 3, 1]> (seen)
  shifted = Add (back, shift)
  y = Transpose <perm = [0, 3, 1, 2]> (shifted)
}"""


def _turns(model) -> int:
    """Count turns of what comes of the picture, of more than one pixel."""
    shapes = onnx.shape_inference.infer_shapes(model).graph.value_info
    sizes = {
        one.name: [size.dim_value for size in one.type.tensor_type.shape.dim] for one in shapes
    }
    return sum(
        node.op_type == "Transpose" and sizes.get(node.output[0], [8])[0:4].count(8) == 2
        for node in model.graph.node
    )


def _run(model, seed: int) -> np.ndarray:
    from onnx.reference import ReferenceEvaluator

    rng = np.random.default_rng(seed)
    given = {
        one.name: rng.normal(size=[size.dim_value for size in one.type.tensor_type.shape.dim])
        for one in model.graph.input
    }
    given = {name: array.astype(np.float32) for name, array in given.items()}
    return ReferenceEvaluator(model).run(None, given)[0]


@pytest.mark.parametrize(("text", "before", "after"), [(_PLAIN, 3, 1), (_EXCITED, 3, 1)])
def test_turns_between_convolutions_go(text: str, before: int, after: int) -> None:
    model = onnx.parser.parse_model(_HEAD + text)
    assert _turns(model) == before
    assert _turns(channels_first(model)) == after


@pytest.mark.parametrize("text", [_PLAIN, _EXCITED, _SEEN, _ASKED, _ADDED])
def test_it_computes_what_it_did_with_any_weights(text: str) -> None:
    before = [_run(onnx.parser.parse_model(_HEAD + text), seed) for seed in (0, 1)]
    turned = channels_first(onnx.parser.parse_model(_HEAD + text))
    onnx.checker.check_model(turned)
    for seed, expected in enumerate(before):
        assert np.allclose(_run(turned, seed), expected, rtol=1e-4, atol=1e-5)


def test_inputs_and_outputs_stay() -> None:
    model = onnx.parser.parse_model(_HEAD + _PLAIN)
    turned = channels_first(model)
    for kind in ("input", "output"):
        names = [one.name for one in getattr(model.graph, kind)]
        assert [one.name for one in getattr(turned.graph, kind)] == names
