"""What a trunk is taught in pretraining, in one number."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras
from lungseg.training.losses import DiceCrossEntropy

ops = keras.ops


@keras.saving.register_keras_serializable(package="lungseg")
class LessonLoss(keras.losses.Loss):
    """Lesions and lungs where they are known, and the picture as it was before it was spoilt.

    Parameters
    ----------
    lungs, picture : float
        Weights of the second and the third; that of the lesions is 1.

    References
    ----------
    Zhou et al., "Models Genesis", Medical Image Analysis 2021: restoring spoilt pictures
    as a task that needs no labels.

    Examples
    --------
    >>> import numpy as np
    >>> target = np.full((1, 4, 4, 3), -1.0, "float32")
    >>> target[..., 2] = 0.5
    >>> float(LessonLoss()(target, np.full((1, 4, 4, 3), 0.5, "float32")))
    0.0
    """

    def __init__(self, lungs: float = 0.5, picture: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**{"name": "lesson_loss", **kwargs})
        self.lungs = lungs
        self.picture = picture

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Loss of each picture; channels are lesions, lungs and the picture."""
        loss = _where_known(y_true[..., 0:1], y_pred[..., 0:1])
        loss += self.lungs * _where_known(y_true[..., 1:2], y_pred[..., 1:2])
        missed = ops.abs(y_true[..., 2] - y_pred[..., 2])
        return loss + self.picture * ops.mean(missed, axis=(1, 2))

    def get_config(self) -> dict[str, Any]:
        """Return what the constructor takes."""
        return {**super().get_config(), "lungs": self.lungs, "picture": self.picture}


@keras.saving.register_keras_serializable(package="lungseg")
class LesionDice(keras.metrics.Metric):
    """Soft Dice of the lesions, pooled over every pixel in which they are known.

    A mean over batches would be of use in no mixture: a batch without lesions to know has
    no Dice.

    Examples
    --------
    >>> import numpy as np
    >>> target = np.full((2, 4, 4, 3), -1.0, "float32")
    >>> target[0, ..., 0] = 1
    >>> metric = LesionDice()
    >>> metric.update_state(target, np.full(target.shape, 0.5, "float32"))
    >>> round(float(metric.result()), 3)
    0.667
    """

    def __init__(self, name: str = "lesion_dice", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.overlap = self.add_weight(name="overlap", initializer="zeros")
        self.total = self.add_weight(name="total", initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count the pixels of a batch; channels as in `LessonLoss.call`."""
        known = ops.cast(y_true[..., 0] >= 0, "float32")
        truth = ops.cast(y_true[..., 0], "float32") * known
        found = ops.cast(y_pred[..., 0], "float32") * known
        self.overlap.assign_add(ops.sum(truth * found))
        self.total.assign_add(ops.sum(truth) + ops.sum(found))

    def result(self) -> Any:
        """Return the Dice of what was counted since the last reset."""
        return 2 * self.overlap / ops.maximum(self.total, 1e-6)


def _where_known(truth: Any, found: Any) -> Any:
    known = ops.cast(truth[:, 0, 0, 0] >= 0, found.dtype)
    return known * DiceCrossEntropy().call(ops.maximum(truth, 0.0), found)
