"""What speaks for a class, in a form that another program computes."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras
from lungseg.networks.graph import export_graph
from lungseg.networks.lung_head import first_maps
from lungseg.networks.plain_slopes import plain_slopes


def to_evidence_graph(model: Any, *, stored: Any = None) -> bytes | None:
    """Export what each place of a picture says for a class, and leave the weights out.

    Parameters
    ----------
    model : keras.Model
    stored : keras.Model, optional
        The network that is saved, where ``model`` is made of the same layers.

    Returns
    -------
    bytes or None
        As of `lungseg.networks.graph.to_graph`, with ``target`` as a second input, of shape (1,
        classes): 1 for the class, 0 for the others. An output of shape (1, rows, columns)
        for each look at the picture: feature maps of its first stage times the slopes of the
        logit, summed over channels (HiResCAM). None where the head does not pool stages.

    Raises
    ------
    ModuleNotFoundError
        If onnx or tf2onnx is not installed, or Keras does not run on TensorFlow.

    References
    ----------
    Draelos and Carin, "Use HiResCAM instead of Grad-CAM for faithful explanations of
    convolutional neural networks", arXiv:2011.08891, 2020.

    Examples
    --------
    >>> from lungseg.networks import build
    >>> to_evidence_graph(build("simple", (32, 32, 1))) is None
    True
    """
    maps = first_maps(model)
    if not maps:
        return None
    both = keras.Model(model.inputs, [*maps, model.outputs[0]])

    def evidence(run: Any, pictures: Any, target: Any) -> list[Any]:
        import tensorflow as tf

        with plain_slopes():
            *seen, logits = run(pictures)
        slopes = tf.gradients(tf.reduce_sum(logits * target), seen)
        return [
            tf.reduce_sum(one * slope, axis=-1) for one, slope in zip(seen, slopes, strict=True)
        ]

    shown = {"pictures": (1, *model.input_shape[1:]), "target": (1, model.output_shape[-1])}
    return export_graph(both, evidence, shown, model if stored is None else stored)
