"""The lungs, and in two parts: what lies near the pleura, and what lies deeper."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras

ops = keras.ops


@keras.saving.register_keras_serializable(package="lungseg")
class LungRim(keras.layers.Layer):
    """Put the rim of the lungs, and what lies deeper, beside the whole.

    Where in the lungs an opacity lies says what it may be: those of COVID-19 lie at the pleura
    more often than those of other viral pneumonias.

    Parameters
    ----------
    depth : float
        Of the rim, as a share of the sides of the picture.

    Raises
    ------
    ValueError
        If the depth is not above 0 and below .5.

    Notes
    -----
    Input is of shape (batch, rows, columns, 1), from 0 to 1; output is (batch, rows, columns,
    3): the whole, the rim, what lies deeper. The lungs are eroded by a rectangle; the edge of
    the picture counts as an edge of the lungs.

    References
    ----------
    Bai et al., "Performance of Radiologists in Differentiating COVID-19 from Non-COVID-19 Viral
    Pneumonia at Chest CT", Radiology 2020.

    Examples
    --------
    >>> import numpy as np
    >>> lungs = np.ones((1, 5, 5, 1), "float32")
    >>> whole, rim, deep = np.moveaxis(LungRim(0.2)(lungs).numpy()[0], -1, 0)
    >>> deep.sum(), rim[0].tolist()
    (np.float32(9.0), [1.0, 1.0, 1.0, 1.0, 1.0])
    """

    def __init__(self, depth: float, **options: Any) -> None:
        super().__init__(**options)
        if not 0 < depth < 0.5:
            raise ValueError(f"the depth of a rim is a share of the picture, below .5: {depth!r}")
        self.depth = depth

    def call(self, lungs: Any) -> Any:
        """Part; see the notes of the class."""
        rows, columns = (max(1, round(self.depth * side)) for side in lungs.shape[1:3])
        margins = [[0, 0], [rows, rows], [columns, columns], [0, 0]]
        outside = ops.pad(1 - lungs, margins, constant_values=1)
        # A rectangle is the same as its sides, one after the other, and takes longer.
        for window in ((2 * rows + 1, 1), (1, 2 * columns + 1)):
            outside = ops.max_pool(outside, window, strides=1)
        deep = 1 - outside
        return ops.concatenate([lungs, lungs - deep, deep], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return (batch, rows, columns, 3)."""
        return (*input_shape[:-1], 3)

    def get_config(self) -> dict[str, Any]:
        """Parameters, as Keras stores them."""
        return {**super().get_config(), "depth": self.depth}
