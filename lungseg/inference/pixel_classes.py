"""A network over slices, with the probability of every class of every pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.inference.engine import to_input


def classes_of(model: Any, grey: NDArray[np.uint8], *, batch_size: int = 8) -> NDArray[np.float32]:
    """Run a network over slices.

    Parameters
    ----------
    model : keras.Model
        From (rows, columns, channels) in 0…1 to (rows, columns, classes). More than one
        channel are copies of the grey.
    grey : uint8 array of shape (slices, rows, columns)
    batch_size : int

    Returns
    -------
    float32 array of shape (slices, rows, columns, classes)

    Examples
    --------
    >>> class Twice:
    ...     input_shape = (None, None, None, 3)
    ...     def predict_on_batch(self, batch):
    ...         return batch[..., :2]
    >>> classes_of(Twice(), np.zeros((1, 8, 8), np.uint8)).shape
    (1, 8, 8, 2)
    """
    channels = model.input_shape[-1]
    found = [
        model.predict_on_batch(
            np.repeat(to_input(grey[start : start + batch_size]), channels, axis=-1)
        )
        for start in range(0, len(grey), batch_size)
    ]
    return np.concatenate(found)
