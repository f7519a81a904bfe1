"""One slice of a result, as the page shows it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window
from lungseg.report.overlay import heat_overlay, overlay

if TYPE_CHECKING:
    from lungseg.pipeline.prediction import Prediction

#: What can be laid over a slice, as the page names it.
LUNGS, INFECTION, HEAT = "Lungs", "Infection", "Grad-CAM"

#: Longer side in pixels.
_SIZE = 720


def draw_slice(
    prediction: Prediction, number: int, layers: Collection[str] = ()
) -> NDArray[np.uint8]:
    """Draw an axial slice with what was found in it.

    Parameters
    ----------
    prediction : Prediction
    number : int
        Counted from the feet, from 0; brought into the scan's range.
    layers : collection of str
        Of `LUNGS`, `INFECTION` and `HEAT`; what the prediction does not hold is left out.

    Returns
    -------
    uint8 array of shape (rows, columns, 3)
        RGB; the longer side has 720 pixels.

    Examples
    --------
    >>> import lungseg
    >>> scan, mask = lungseg.phantom(slices=2, size=64, return_mask=True)
    >>> found = lungseg.Prediction(scan, mask, "well", {"well": 1.0}, None, None, [], (), {})
    >>> draw_slice(found, 1, [LUNGS]).shape
    (720, 720, 3)
    """
    slices = prediction.scan.axial()
    number = min(max(number, 0), len(slices) - 1)
    shape = (slices.shape[1], slices.shape[2])
    # First as large as fits a square, then without the border around it.
    box = Letterbox(shape, Letterbox(shape, _SIZE).inner)
    picture = box.apply(Window().apply(slices[number]))
    mask, infection, heat = prediction.mask, prediction.infection, prediction.heatmap
    if heat is not None and HEAT in layers:
        picture = heat_overlay(picture, np.clip(box.apply(heat.axial()[number]), 0, 1))
    lungs = ill = None
    if mask is not None and LUNGS in layers:
        lungs = box.apply(mask.axial()[number], label=True)
    if infection is not None and INFECTION in layers:
        ill = box.apply(infection.axial()[number], label=True)
    return overlay(picture, lungs, ill)


def first_slice(prediction: Prediction) -> int:
    """Choose the slice to begin with: that with the most infection, else the most lung.

    Examples
    --------
    >>> import lungseg
    >>> scan, mask = lungseg.phantom(slices=3, size=64, return_mask=True)
    >>> found = lungseg.Prediction(scan, mask, "well", {"well": 1.0}, None, None, [], (), {})
    >>> first_slice(found)
    1
    """
    masks = []
    if prediction.infection is not None:
        masks.append(prediction.infection.axial() >= 2)
    if prediction.mask is not None:
        masks.append(prediction.mask.axial() > 0)
    for found in masks:
        sizes = found.sum(axis=(1, 2))
        if sizes.any():
            return int(sizes.argmax())
    return len(prediction.scan.axial()) // 2
