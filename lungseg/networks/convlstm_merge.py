"""The merge of BCDU-Net: a backward ConvLSTM over a sequence of two, unrolled."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras

ops = keras.ops


@keras.saving.register_keras_serializable(package="lungseg")
class ConvLSTMMerge(keras.layers.Layer):
    """Merge a skip connection with what comes from below.

    The same function as ``keras.layers.ConvLSTM2D(go_backwards=True)`` over the sequence
    [skip, up], and the same three weights (kernel, recurrent kernel, bias), which pass
    from one to the other with ``set_weights(get_weights())``. The state starts at zero,
    so the step over *up* needs neither the recurrent convolution nor the forget gate,
    and no loop is left in the graph that an exporter would have to understand.

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size : int
        Side of the kernels.

    Notes
    -----
    Input is the list [skip, up], two tensors of one shape (batch, rows, columns,
    channels); output is (batch, rows, columns, filters).

    References
    ----------
    Azad et al., "Bi-Directional ConvLSTM U-Net with Densely Connected Convolutions",
    ICCV Workshops 2019. Shi et al., "Convolutional LSTM Network", NeurIPS 2015.

    Examples
    --------
    >>> x = keras.ops.zeros((1, 8, 8, 4))
    >>> tuple(ConvLSTMMerge(2)([x, x]).shape)
    (1, 8, 8, 2)
    """

    def __init__(self, filters: int, kernel_size: int = 3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size

    def build(self, input_shape: list[tuple[int, ...]]) -> None:
        """Make the weights, in the layout of ``keras.layers.ConvLSTM2D``."""
        skip, up = input_shape
        if tuple(skip) != tuple(up):
            raise ValueError(f"skip and up must have one shape, got {skip} and {up}")
        size, gates = (self.kernel_size, self.kernel_size), 4 * self.filters
        self.kernel = self.add_weight(
            shape=(*size, skip[-1], gates), initializer="glorot_uniform", name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(*size, self.filters, gates), initializer="orthogonal", name="recurrent_kernel"
        )
        self.bias = self.add_weight(shape=(gates,), initializer=_forget_bias, name="bias")

    def call(self, inputs: list[Any]) -> Any:
        """Run the two steps."""
        skip, up = inputs
        state, cell = self._first_step(up)
        return self._second_step(skip, state, cell)

    def _first_step(self, x: Any) -> tuple[Any, Any]:
        # Gates lie in the order input, forget, cell, output; the state is zero, so the
        # forget gate has nothing to forget and is left out of the convolution.
        n = self.filters
        kernel = ops.concatenate([self.kernel[..., :n], self.kernel[..., 2 * n :]], axis=-1)
        bias = ops.concatenate([self.bias[:n], self.bias[2 * n :]], axis=-1)
        i, c, o = ops.split(ops.conv(x, kernel, padding="same") + bias, 3, axis=-1)
        cell = ops.sigmoid(i) * ops.tanh(c)
        return ops.sigmoid(o) * ops.tanh(cell), cell

    def _second_step(self, x: Any, state: Any, cell: Any) -> Any:
        # One convolution over both inputs is the sum of the two that the ConvLSTM makes.
        kernel = ops.concatenate([self.kernel, self.recurrent_kernel], axis=2)
        z = ops.conv(ops.concatenate([x, state], axis=-1), kernel, padding="same") + self.bias
        i, f, c, o = ops.split(z, 4, axis=-1)
        cell = ops.sigmoid(f) * cell + ops.sigmoid(i) * ops.tanh(c)
        return ops.sigmoid(o) * ops.tanh(cell)

    def compute_output_shape(self, input_shape: list[tuple[int, ...]]) -> tuple[int, ...]:
        """Shape of the merged features."""
        return (*input_shape[0][:-1], self.filters)

    def get_config(self) -> dict[str, Any]:
        """Return what the constructor takes."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
        }


def _forget_bias(shape: tuple[int, ...], dtype: Any = None) -> Any:
    """Start the forget gate open, as ConvLSTM2D does with ``unit_forget_bias``."""
    n = shape[0] // 4
    zeros, ones = ops.zeros((n,), dtype), ops.ones((n,), dtype)
    return ops.concatenate([zeros, ones, zeros, zeros])
