"""Grad-CAM: which part of a picture speaks for a class."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lungseg.inference.graph_network import GraphNetwork
from lungseg.inference.score import as_batch

Floats = NDArray[np.float32]

#: Standard deviation, in places of the map, by which slopes of single places are smoothed.
_SMOOTH = 1.5

#: Pictures at a time: for gradients, all maps of all layers are kept.
_AT_ONCE = 2


def grad_cam(
    model: Any, pictures: NDArray[np.uint8], target: int, *, layer: str | None = None
) -> NDArray[np.float32]:
    """Show where in pictures a network sees a class.

    Parameters
    ----------
    model : keras.Model or GraphNetwork
        From pictures to logits; gradients are taken of logits, since those of a softmax
        vanish where it is sure. Or what `lungseg.networks.evidence_graph.to_evidence_graph`
        made of such a network: it takes an eighth of the time, and ``layer`` is not looked at.
    pictures : uint8 array of shape (n, rows, columns) or (n, rows, columns, channels)
    target : int
        Number of the class.
    layer : str, optional
        Of feature maps; without it the last whose maps have more than one place (a network
        may end in maps of a single pixel, which say nothing of where), and of a head that
        pools several stages the first of these, through which all others are reached, summed
        over the sizes at which it looks. There every place has slopes of its own (HiResCAM),
        smoothed a little.

    Returns
    -------
    float32 array of shape (n, rows, columns)
        0 to 1 in each picture; all 0 where nothing speaks for the class.

    Raises
    ------
    ValueError
        If no layer has feature maps, or there is no such class.
    RuntimeError
        If Keras runs on another backend than TensorFlow or PyTorch.

    References
    ----------
    Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-Based
    Localization", ICCV 2017. Draelos and Carin, "Use HiResCAM instead of Grad-CAM for faithful
    explanations of convolutional neural networks", arXiv:2011.08891, 2020.

    Examples
    --------
    >>> from lungseg.networks import build
    >>> grad_cam(build("simple", (32, 32, 1), 2), np.zeros((1, 32, 32), np.uint8), 1).shape
    (1, 32, 32)
    """
    batch = as_batch(pictures)
    stored = isinstance(model, GraphNetwork)
    classes = model.shapes["target"][-1] if stored else model.output_shape[-1]
    if not 0 <= target < classes:
        raise ValueError(f"target must be a class from 0 to {classes - 1}")
    if stored:
        chosen = np.eye(classes, dtype=np.float32)[[target]]
        looks = [_smooth(one) for one in model.outputs_on_batch(batch, target=chosen)]
    else:
        looks = _evidence(model, batch, target, layer)
    heat = _heat(looks, batch.shape[1:3])
    peaks = heat.max(axis=(1, 2), keepdims=True)
    return np.asarray(np.where(peaks > 0, heat / np.maximum(peaks, 1e-12), 0), np.float32)


def _heat(looks: list[Floats], shape: tuple[int, ...]) -> Floats:
    """Sum up what speaks for the class over the looks at a picture, at the picture's own size."""
    rows, columns = shape
    large = np.zeros((len(looks[0]), rows, columns), np.float32)
    for look in looks:
        # In units of one place of the largest maps.
        heat = look * (look.shape[1] * look.shape[2] / (rows * columns))
        for place, part in zip(large, heat, strict=True):
            place += cv2.resize(part, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.maximum(large, 0)


def _evidence(model: Any, batch: Floats, target: int, layer: str | None) -> list[Floats]:
    """Return what each place of the maps says for the class, of each look at the pictures."""
    from lungseg.backend import keras
    from lungseg.networks.lung_head import first_maps

    joined = [] if layer else first_maps(model)
    chosen = joined or [(model.get_layer(layer) if layer else _last_maps(model)).output]
    # Cut there, so that gradients need the maps of what comes after and no weights.
    parts = (
        keras.Model(model.inputs, chosen),
        keras.Model([*chosen, *model.inputs], model.outputs[0]),
    )
    if model.input_shape[-1] != batch.shape[-1]:
        batch = np.repeat(batch, model.input_shape[-1], axis=-1)
    weigh = _each_place if joined else _all_places
    found = [
        [weigh(*look) for look in _maps_and_slopes(parts, batch[first : first + _AT_ONCE], target)]
        for first in range(0, len(batch), _AT_ONCE)
    ]
    return [np.concatenate(looks) for looks in zip(*found, strict=True)]


def _each_place(maps: Floats, slopes: Floats) -> Floats:
    """HiResCAM: what is pooled over the lungs alone has other slopes in each place."""
    return _smooth((slopes * maps).sum(axis=-1))


def _smooth(found: Floats) -> Floats:
    return np.stack([cv2.GaussianBlur(one, (0, 0), _SMOOTH) for one in found])


def _all_places(maps: Floats, slopes: Floats) -> Floats:
    """Grad-CAM: one slope for each map."""
    return np.asarray((slopes.mean(axis=(1, 2), keepdims=True) * maps).sum(axis=-1))


def _last_maps(model: Any) -> Any:
    """Find the last layer that all goes through, and that has places to tell apart."""
    from lungseg.backend import keras

    # What is padded is shifted against the picture.
    other = (keras.layers.InputLayer, keras.layers.ZeroPadding2D)
    for layer in reversed(model.layers):
        shape = getattr(layer.output, "shape", ())
        if len(shape) == 4 and shape[1:3] != (1, 1) and not isinstance(layer, other):
            return layer
    raise ValueError(f"the network {model.name} has no feature maps for Grad-CAM")


def _maps_and_slopes(
    parts: tuple[Any, Any], batch: NDArray[np.float32], target: int
) -> list[tuple[Floats, Floats]]:
    """Feature maps, and the gradients of the class's logit with respect to them.

    Logits of other pictures do not depend on these maps: one sum serves all.
    """
    from lungseg.backend import backend_name, keras

    first, rest = parts
    shown = keras.ops.convert_to_tensor(batch)
    backend = backend_name()
    maps: Any
    if backend == "tensorflow":
        import tensorflow as tf

        maps = _as_list(first([shown], training=False))
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(maps)
            total = tf.reduce_sum(rest([*maps, shown], training=False)[:, target])
        slopes = tape.gradient(total, maps)
        # Whatever the network computes in: OpenCV resizes no half precision.
        return [
            (one.numpy().astype(np.float32), slope.numpy().astype(np.float32))
            for one, slope in zip(maps, slopes, strict=True)
        ]
    if backend == "torch":
        import torch

        maps = [one.detach().requires_grad_() for one in _as_list(first([shown], training=False))]
        total = rest([*maps, shown], training=False)[:, target].sum()
        slopes = torch.autograd.grad(total, maps)
        return [
            (one.detach().float().cpu().numpy(), slope.detach().float().cpu().numpy())
            for one, slope in zip(maps, slopes, strict=True)
        ]
    raise RuntimeError(
        f"Grad-CAM takes gradients on TensorFlow or PyTorch, and Keras runs on {backend}: set "
        "KERAS_BACKEND=tensorflow"
    )


def _as_list(found: Any) -> list[Any]:
    """Undo what Keras does to a list of one output."""
    return list(found) if isinstance(found, (list, tuple)) else [found]
