"""Figures that are watched while a network trains."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras

ops = keras.ops


@keras.saving.register_keras_serializable(package="lungseg")
def mean_dice(y_true: Any, y_pred: Any) -> Any:
    """Dice of each slice at a threshold of ½; 1 where truth and prediction are empty.

    Parameters
    ----------
    y_true, y_pred : tensors of shape (batch, rows, columns, 1)

    Returns
    -------
    tensor of shape (batch,)
    """
    truth = ops.cast(y_true > 0.5, "float32")
    found = ops.cast(y_pred > 0.5, "float32")
    axes = (1, 2, 3)
    overlap = ops.sum(truth * found, axes)
    total = ops.sum(truth, axes) + ops.sum(found, axes)
    return (2 * overlap + 1e-6) / (total + 1e-6)
