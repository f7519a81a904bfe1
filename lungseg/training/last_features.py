"""What the last layer of a classifier sees."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.backend import keras
from lungseg.inference.score import as_batch


def last_features(model: Any, pictures: NDArray[np.uint8], batch_size: int) -> NDArray[np.float32]:
    """Compute what goes into the last layer for each picture, batch by batch.

    Parameters
    ----------
    model : keras.Model
        From grey 0…255 to logits.
    pictures : uint8 array of shape (n, rows, columns[, channels])
    batch_size : int

    Returns
    -------
    float32 array of shape (n, features)

    Examples
    --------
    >>> from lungseg.networks import build
    >>> model = build("simple", (32, 32, 1), 2)
    >>> len(last_features(model, np.zeros((3, 32, 32), np.uint8), 2))
    3
    """
    trunk = keras.Model(model.inputs, model.layers[-1].input)
    found = []
    for start in range(0, len(pictures), batch_size):
        batch = as_batch(pictures[start : start + batch_size])
        found.append(np.asarray(trunk.predict_on_batch(batch), np.float32))
    return np.concatenate(found)
