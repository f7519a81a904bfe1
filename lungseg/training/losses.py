"""Losses of segmentation."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras

ops = keras.ops


@keras.saving.register_keras_serializable(package="lungseg")
class DiceCrossEntropy(keras.losses.Loss):
    """Half soft Dice loss, half binary cross-entropy, each slice for itself.

    Parameters
    ----------
    dice_weight : float
        Share of the Dice loss, 0 to 1.
    smooth : float
        Added above and below the Dice fraction, in pixels, so that a slice without lung
        has a gradient too.

    References
    ----------
    Milletari et al., "V-Net", 3DV 2016 (the soft Dice loss).

    Examples
    --------
    >>> import numpy as np
    >>> truth = np.ones((1, 4, 4, 1), "float32")
    >>> float(DiceCrossEntropy()(truth, truth)) < 1e-3
    True
    """

    def __init__(self, dice_weight: float = 0.5, smooth: float = 10.0, **kwargs: Any) -> None:
        super().__init__(**{"name": "dice_cross_entropy", **kwargs})
        self.dice_weight = dice_weight
        self.smooth = smooth

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Loss of each slice; both of shape (batch, rows, columns, classes)."""
        y_true = ops.cast(y_true, y_pred.dtype)
        axes = (1, 2, 3)
        overlap = ops.sum(y_true * y_pred, axes)
        total = ops.sum(y_true, axes) + ops.sum(y_pred, axes)
        dice = (2 * overlap + self.smooth) / (total + self.smooth)
        entropy = ops.mean(keras.losses.binary_crossentropy(y_true, y_pred), axis=(1, 2))
        return self.dice_weight * (1 - dice) + (1 - self.dice_weight) * entropy

    def get_config(self) -> dict[str, Any]:
        """Return what the constructor takes."""
        return {
            **super().get_config(),
            "dice_weight": self.dice_weight,
            "smooth": self.smooth,
        }
