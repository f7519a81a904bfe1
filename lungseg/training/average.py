"""A running average of the weights, which generalises better than the last of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lungseg.backend import keras


class WeightAverage(keras.callbacks.Callback):
    """Follow a model's weights with an exponential average; measure the average.

    The validation figures of an epoch are those of the averaged weights, and so are the
    weights that a `Checkpoint` keeps as the best.

    Parameters
    ----------
    momentum : float
        How much of the average is kept at each step. In the first steps it is less, so
        that the start is soon forgotten.

    References
    ----------
    Tarvainen and Valpola, "Mean teachers are better role models", NeurIPS 2017. Izmailov
    et al., "Averaging Weights Leads to Wider Optima and Better Generalization", UAI 2018.
    """

    def __init__(self, momentum: float) -> None:
        super().__init__()
        self.momentum = momentum
        self.steps = 0
        self.values: list[Any] = []
        self._own: list[Any] = []

    def attach(self, model: Any) -> None:
        """Start from the weights that a model has now."""
        self.values = [np.array(value, np.float32) for value in model.get_weights()]

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Move the average towards the weights."""
        self.steps += 1
        momentum = np.float32(min(self.momentum, (1 + self.steps) / (10 + self.steps)))
        for average, value in zip(self.values, self.model.get_weights(), strict=True):
            average *= momentum
            average += (1 - momentum) * value

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Put the average in the model's place."""
        self._own = self.model.get_weights()
        self.model.set_weights(self.values)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Give the model its own weights back."""
        self.model.set_weights(self._own)
