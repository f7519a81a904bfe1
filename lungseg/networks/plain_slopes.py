"""Gradients made of operations that every program knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

#: Operations of TensorFlow whose gradients are operations that ONNX does not know.
_ON_OWN_WAY = ("Conv2D", "DepthwiseConv2dNative", "Sigmoid", "Sqrt")


@contextmanager
def plain_slopes() -> Iterator[None]:
    """Let gradients of what is traced here be made of operations that ONNX knows.

    TensorFlow has operations of their own for the slopes of a convolution, a sigmoid or a root.
    The same is computed by convolutions with the kernel turned around, and by products. Slopes
    with respect to kernels are not made.

    Examples
    --------
    >>> import tensorflow as tf
    >>> @tf.function
    ... def slope(x):
    ...     with plain_slopes():
    ...         y = tf.sigmoid(x)
    ...     return tf.gradients(y, x)[0]
    >>> float(slope(tf.constant(0.0)))
    0.25
    """
    import tensorflow as tf

    graph = tf.compat.v1.get_default_graph()
    with graph.gradient_override_map({name: _register(name) for name in _ON_OWN_WAY}):
        yield


@cache
def _register(operation: str) -> str:
    """Make a gradient known to TensorFlow, which takes each name once."""
    import tensorflow as tf

    name = f"lungseg{operation}"
    slope = {
        "Conv2D": _of_convolution,
        "DepthwiseConv2dNative": _of_depthwise,
        "Sigmoid": lambda op, above: above * op.outputs[0] * (1 - op.outputs[0]),
        "Sqrt": lambda op, above: above * 0.5 / op.outputs[0],
    }[operation]
    tf.RegisterGradient(name)(slope)
    return name


def _of_convolution(op: Any, above: Any) -> list[Any]:
    import tensorflow as tf

    shown, kernel = op.inputs
    strides, padding = op.get_attr("strides"), op.get_attr("padding").decode()
    if tuple(kernel.shape[:2]) == (1, 1) and strides == [1, 1, 1, 1]:
        return [tf.nn.conv2d(above, tf.transpose(kernel, (0, 1, 3, 2)), 1, "VALID"), None]
    return [tf.nn.conv2d_transpose(above, kernel, shown.shape, strides, padding), None]


def _of_depthwise(op: Any, above: Any) -> list[Any]:
    """Convolve with the kernel turned around, after zeros are put between places for a stride."""
    import tensorflow as tf

    shown, kernel = op.inputs
    step, same = op.get_attr("strides")[1], op.get_attr("padding") == b"SAME"
    above = _part(above, step)
    margins = [
        _margins(shown.shape[axis], kernel.shape[axis - 1], above.shape[axis], step, same)
        for axis in (1, 2)
    ]
    above = tf.pad(above, [[0, 0], *margins, [0, 0]])
    around = tf.reverse(kernel, [0, 1])
    return [tf.nn.depthwise_conv2d(above, around, [1, 1, 1, 1], "VALID"), None]


def _part(maps: Any, step: int) -> Any:
    """Put ``step - 1`` zeros between neighbours."""
    import tensorflow as tf

    if step == 1:
        return maps
    number, rows, columns, channels = maps.shape
    apart = tf.pad(
        tf.reshape(maps, (number, rows, 1, columns, 1, channels)),
        [[0, 0], [0, 0], [0, step - 1], [0, 0], [0, step - 1], [0, 0]],
    )
    wide = tf.reshape(apart, (number, rows * step, columns * step, channels))
    return wide[:, : (rows - 1) * step + 1, : (columns - 1) * step + 1]


def _margins(shown: int, kernel: int, parted: int, step: int, same: bool) -> tuple[int, int]:
    """Zeros before and after, so that a convolution gives as many places as were shown."""
    places = (parted - 1) // step + 1
    padded = max((places - 1) * step + kernel - shown, 0) // 2 if same else 0
    before = kernel - 1 - padded
    return before, shown + kernel - 1 - parted - before
