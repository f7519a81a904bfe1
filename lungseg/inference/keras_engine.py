"""Keras, on whichever backend it runs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.inference.engine import to_input


class KerasEngine:
    """Run a Keras model over slices, in batches.

    Parameters
    ----------
    model : keras.Model
    batch_size : int
    """

    name = "keras"

    def __init__(self, model: Any, *, batch_size: int = 8) -> None:
        self.model = model
        self.batch_size = batch_size

    def __call__(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probability of each pixel of grey slices of shape (slices, rows, columns)."""
        found = np.empty(grey.shape, np.float32)
        for start in range(0, len(grey), self.batch_size):
            part = slice(start, start + self.batch_size)
            found[part] = self.model.predict_on_batch(to_input(grey[part]))[..., 0]
        return found
