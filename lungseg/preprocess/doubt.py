"""What is said of a mask that is not applied."""

from __future__ import annotations

from lungseg.doctor import Finding
from lungseg.scan import LungMask


def mask_in_doubt(mask: LungMask) -> Finding:
    """Say that a mask was empty or too uncertain, and the whole slice was used.

    Parameters
    ----------
    mask : LungMask

    Returns
    -------
    Finding

    Examples
    --------
    >>> import numpy as np
    >>> mask_in_doubt(LungMask(np.zeros((1, 8, 8), np.uint8), confidence=0.0)).code
    'whole-slice'
    """
    return Finding(
        "warning",
        "whole-slice",
        f"the lung mask is empty or uncertain (confidence {mask.confidence:.2f}), so the whole "
        "slice was used",
        "check the mask by eye",
    )
