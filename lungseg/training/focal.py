"""The focal loss, from focal-loss on TensorFlow and from Keras elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lungseg.backend import backend_name, keras

ops = keras.ops


def focal_loss(gamma: float, alpha: Sequence[float] | None = None) -> Any:
    """Make the focal loss of integer labels and logits.

    Parameters
    ----------
    gamma : float
        How far easy samples are discounted; 0 is cross-entropy.
    alpha : sequence of float, optional
        Weight of each class; 1 for all without it.

    Returns
    -------
    keras.losses.Loss
        On TensorFlow that of the focal-loss package where `gamma` is at least 1, elsewhere
        `KerasFocalLoss`; their values are equal.

    References
    ----------
    Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.

    Examples
    --------
    >>> import numpy as np
    >>> logits = keras.ops.convert_to_tensor([[0.0, 0.0]])
    >>> round(float(focal_loss(2.0)(np.array([1]), logits)), 4)
    0.1733
    """
    weights = None if alpha is None else [float(weight) for weight in alpha]
    # Below 1, the package's gradient is not a number where a sample is certain.
    if backend_name() == "tensorflow" and gamma >= 1:
        from focal_loss import SparseCategoricalFocalLoss

        return SparseCategoricalFocalLoss(gamma=gamma, class_weight=weights, from_logits=True)
    return KerasFocalLoss(gamma, weights)


@keras.saving.register_keras_serializable(package="lungseg")
class KerasFocalLoss(keras.losses.Loss):
    """Focal loss of labels and logits on any backend of Keras.

    Labels are class numbers, or the share of each class (float, of the logits' shape).

    Parameters
    ----------
    gamma : float
    alpha : sequence of float, optional
        Weight of each class.
    """

    def __init__(self, gamma: float, alpha: Sequence[float] | None = None, **kwargs: Any) -> None:
        super().__init__(**{"name": "focal_loss", **kwargs})
        self.gamma = gamma
        self.alpha = None if alpha is None else list(alpha)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Loss of each sample."""
        truth = y_true
        if len(y_true.shape) < 2 or y_true.shape[-1] != y_pred.shape[-1]:
            truth = ops.one_hot(ops.reshape(ops.cast(y_true, "int32"), (-1,)), y_pred.shape[-1])
        alpha = 1.0 if self.alpha is None else self.alpha
        loss = keras.losses.CategoricalFocalCrossentropy(
            alpha=alpha, gamma=self.gamma, from_logits=True, reduction=None
        )
        return loss(truth, y_pred)

    def get_config(self) -> dict[str, Any]:
        """Return what the constructor takes."""
        return {**super().get_config(), "gamma": self.gamma, "alpha": self.alpha}
