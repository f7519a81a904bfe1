"""What only a report needs, added to a prediction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lungseg.report.provenance import weights_of

if TYPE_CHECKING:
    from lungseg.pipeline.pipeline import Pipeline
    from lungseg.pipeline.prediction import Prediction


def complete(prediction: Prediction, pipeline: Pipeline, *, heatmap: bool = True) -> Prediction:
    """Add the heat map and the names of the weights to a prediction.

    They are left out of `Pipeline.analyze`, since Grad-CAM takes as long as the classifier
    itself.

    Parameters
    ----------
    prediction : Prediction
        Of this pipeline.
    pipeline : Pipeline
    heatmap : bool
        Compute Grad-CAM for the predicted label. It is left out where the network or the
        backend of Keras cannot tell.

    Returns
    -------
    Prediction
        A new one; this one stays as it is.

    Examples
    --------
    >>> import lungseg
    >>> pipeline = lungseg.Pipeline.from_pretrained()
    >>> prediction, = pipeline.analyze([lungseg.phantom(slices=1, size=96)])
    >>> complete(prediction, pipeline).heatmap.shape
    (1, 96, 96)
    """
    heat = None
    if heatmap:
        try:
            heat = pipeline._explain(prediction.scan, prediction.label, prediction.mask)
        except (RuntimeError, ValueError):
            # Another backend than TensorFlow or PyTorch; a network without feature maps.
            heat = None
    return replace(prediction, heatmap=heat, weights=weights_of(pipeline))
