"""A classifier's network, run over pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

#: Numbers of views that `score_pictures` can average.
VIEWS = (1, 2, 4)


def score_pictures(
    model: Any, pictures: NDArray[np.uint8], *, views: int = 1, batch_size: int = 16
) -> NDArray[np.float64]:
    """Probability of each class for each picture.

    Parameters
    ----------
    model : keras.Model or GraphNetwork
        From grey 0…255 to logits.
    pictures : uint8 array of shape (n, rows, columns) or (n, rows, columns, channels)
    views : {1, 2, 4}
        1 shows each picture as it is, 2 mirrored too, 4 both also 10 % nearer; logits are
        averaged.
    batch_size : int
        Of views that the network sees in one call.

    Returns
    -------
    float array of shape (n, classes)

    Examples
    --------
    >>> class Bright:
    ...     def predict_on_batch(self, batch):
    ...         mean = batch.mean(axis=(1, 2, 3))
    ...         return np.stack([0 * mean, mean], axis=1)
    >>> score_pictures(Bright(), np.zeros((1, 8, 8), np.uint8), views=2).tolist()
    [[0.5, 0.5]]
    """
    logits = []
    # All views of a picture go in one call, so that even a single picture keeps all cores busy.
    step = max(1, batch_size // views)
    for start in range(0, len(pictures), step):
        batch = as_batch(pictures[start : start + step])
        seen = model.predict_on_batch(np.concatenate(list(_views(batch, views))))
        logits.append(seen.reshape(views, len(batch), -1).mean(axis=0))
    return np.asarray(softmax(np.concatenate(logits).astype(np.float64), axis=1))


def as_batch(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Make what a network takes of pictures, of shape (n, rows, columns, channels).

    Examples
    --------
    >>> as_batch(np.zeros((2, 8, 8), np.uint8)).shape
    (2, 8, 8, 1)
    """
    return (pictures[..., None] if pictures.ndim == 3 else pictures).astype(np.float32)


def _views(batch: NDArray[np.float32], views: int) -> Iterator[NDArray[np.float32]]:
    yield batch
    if views > 1:
        yield batch[:, :, ::-1]
    if views > 2:
        near = _nearer(batch, 0.1)
        yield near
        yield near[:, :, ::-1]


def _nearer(batch: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """Cut a margin off, and bring what is left to the size it had."""
    rows, columns = batch.shape[1:3]
    top, left = round(rows * share / 2), round(columns * share / 2)
    inner = batch[:, top : rows - top, left : columns - left]
    near = np.stack([cv2.resize(one, (columns, rows)) for one in inner])
    return near.reshape(batch.shape)
