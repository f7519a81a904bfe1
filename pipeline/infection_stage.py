"""The infection stage of a pipeline, and what it adds to a prediction."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from sklearn.exceptions import NotFittedError

from lungseg.infection import InfectionSegmenter
from lungseg.infection_mask import InfectionMask
from lungseg.postprocess.join_infection import join_infection
from lungseg.quantify.measure import severity
from lungseg.quantify.severity import Severity
from lungseg.scan import LungMask, MaskedScan, Scan


def with_weights(segmenter: InfectionSegmenter | None) -> InfectionSegmenter | None:
    """Return a segmenter that holds weights; a plain one gets the default ones.

    Parameters
    ----------
    segmenter : InfectionSegmenter or None

    Returns
    -------
    InfectionSegmenter or None

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If it holds no weights, and its parameters are not the default ones.
    """
    if segmenter is None or segmenter.__sklearn_is_fitted__():
        return segmenter
    if segmenter.get_params() != InfectionSegmenter().get_params():
        raise NotFittedError(
            "the infection stage of the Pipeline holds no trained weights: give "
            "InfectionSegmenter.from_pretrained(), or fit it"
        )
    return _default()


def mark_infection(
    segmenter: InfectionSegmenter | None, scan: Scan, mask: LungMask | None
) -> tuple[InfectionMask | None, Severity | None]:
    """Mark the infection of a scan, and say how much of the lungs it takes up.

    Parameters
    ----------
    segmenter : InfectionSegmenter or None
        None marks nothing.
    scan : Scan
    mask : LungMask or None
        Without it the segmenter finds the lungs.

    Returns
    -------
    infection : InfectionMask or None
    severity : Severity or None
    """
    if segmenter is None:
        return None, None
    (infection,) = segmenter.predict([scan if mask is None else MaskedScan(scan, mask)])
    if mask is None:
        mask = LungMask((infection.voxels > 0).astype(np.uint8), scan.affine, scan.source)
    return infection, severity(scan, join_infection(mask, infection), infection)


@lru_cache(maxsize=1)
def _default() -> InfectionSegmenter:
    return InfectionSegmenter.from_pretrained()
