"""Pooling over the lungs: the picture is multiplied by the mask after it was looked at."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras

ops = keras.ops

#: Of the places of a map, one in so many is a peak.
_PEAK_SHARE = 30

#: A place of a map that shows less lung than this is on the edge.
_EDGE = 0.1

#: Lower than any activation.
_FAR_BELOW = -1e9


@keras.saving.register_keras_serializable(package="lungseg")
class LungPooling(keras.layers.Layer):
    """Mean, spread and peak of each feature map over the lungs alone, or over parts of them.

    A picture that is multiplied by the mask shows convolutions the outline of the mask, and
    nothing of what the lung lies against. Here they see the picture as it is, and what they
    make of places outside the lungs is left out. For a part that is empty, as the depth of
    small lungs, the first one counts, and where that is empty the whole map.

    Notes
    -----
    Input is the list [maps, lungs], of shapes (batch, rows, columns, channels) and (batch,
    rows, columns, parts), the second from 0 to 1 and the lungs as a whole first; output is
    (batch, parts × 3 × channels), part by part: the means and the standard deviations, weighted
    by the share of the part in each place, and the means of the highest thirtieth of the places
    that lie in it.

    References
    ----------
    Dai et al., "Convolutional Feature Masking for Joint Object and Stuff Segmentation", CVPR
    2015.

    Examples
    --------
    >>> import numpy as np
    >>> maps, lungs = np.zeros((1, 2, 2, 1), "float32"), np.zeros((1, 2, 2, 1), "float32")
    >>> maps[0, :, 0], lungs[0, 0] = 4, 1
    >>> LungPooling()([maps, lungs]).numpy().round(2).tolist()
    [[2.0, 2.0, 4.0]]
    """

    def call(self, inputs: list[Any]) -> Any:
        """Pool; see the notes of the class."""
        maps, lungs = inputs
        places = maps.shape[1] * maps.shape[2]
        # In single precision whatever the trunk computes in: spreads are differences.
        maps = ops.reshape(ops.cast(maps, "float32"), (-1, places, maps.shape[-1]))
        lungs = ops.reshape(ops.cast(lungs, "float32"), (-1, places, lungs.shape[-1]))
        lungs = ops.where(lungs > _EDGE, lungs, 0.0)
        parts = ops.split(lungs, lungs.shape[-1], axis=-1)
        whole = _or_else(parts[0], 1.0)
        pooled = [_pool(maps, _or_else(part, whole)) for part in parts]
        return ops.concatenate(pooled, axis=-1)

    def compute_output_shape(self, input_shape: list[tuple[int, ...]]) -> tuple[int | None, int]:
        """Return (batch, parts × 3 × channels)."""
        maps, lungs = input_shape
        return (maps[0], lungs[-1] * 3 * maps[-1])


def _or_else(share: Any, other: Any) -> Any:
    """Take another share where this one is zero everywhere."""
    return ops.where(ops.sum(share, axis=1, keepdims=True) > 0, share, other)


def _pool(maps: Any, share: Any) -> Any:
    """Mean, spread and peaks of maps (batch, places, channels) over (batch, places, 1)."""
    weight = share / ops.sum(share, axis=1, keepdims=True)
    mean = ops.sum(weight * maps, axis=1)
    variance = ops.sum(weight * ops.square(maps - ops.expand_dims(mean, 1)), axis=1)
    # The slope of a root is infinite at zero.
    spread = ops.sqrt(variance + 1e-8)
    return ops.concatenate([mean, spread, _peaks(maps, share > 0)], axis=-1)


def _peaks(maps: Any, inside: Any) -> Any:
    """Mean of the highest places of each channel, as far as there are so many inside."""
    count = max(1, maps.shape[1] // _PEAK_SHARE)
    seen = ops.transpose(ops.where(inside, maps, _FAR_BELOW), (0, 2, 1))
    highest = ops.top_k(seen, count)[0]
    found = ops.cast(highest > _FAR_BELOW / 2, "float32")
    return ops.sum(found * highest, axis=-1) / ops.maximum(ops.sum(found, axis=-1), 1.0)
