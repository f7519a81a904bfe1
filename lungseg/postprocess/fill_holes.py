"""Fill the holes of lungs that may be lung themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lungseg.preprocess.close import label_holes

#: A hole of this share of the lungs of its slice is wide; most vessels and bronchi are narrower.
WIDE = 0.01
#: A wide hole with a median probability below this is not lung: the dome of the liver has
#: less, and consolidation that the network doubts has more (`benchmarks/holes.py`). The median,
#: since at the rim of any hole the probability rises to that of the lung around it.
_NEVER_LUNG = 0.15


def fill_holes(
    lungs: NDArray[np.bool_], marks: NDArray[np.uint8] | None = None
) -> NDArray[np.bool_]:
    """Fill the holes of the lungs of one slice: vessels, nodules and consolidation.

    Not every hole is lung. Where the diaphragm rises into a slice, lung surrounds the liver or the
    stomach on all sides; where the lungs touch before and behind it, the mediastinum. Such a hole
    is wide, and the network is sure of it: it stays open.

    Parameters
    ----------
    lungs : bool array of shape (rows, columns)
    marks : uint8 array of the same shape, optional
        Probabilities of lung, 0 to 255. Without them every hole is filled.

    Returns
    -------
    bool array of the same shape

    Examples
    --------
    >>> lungs = np.zeros((64, 64), bool)
    >>> lungs[8:56, 8:56] = True
    >>> lungs[20:32, 20:32] = lungs[40:52, 40:52] = False
    >>> bool(fill_holes(lungs)[25, 25])
    True
    >>> marks = np.full((64, 64), 255, np.uint8)
    >>> marks[20:32, 20:32] = 3  # a dome of the liver
    >>> marks[40:52, 40:52] = 90  # doubted consolidation
    >>> filled = fill_holes(lungs, marks)
    >>> bool(filled[25, 25]), bool(filled[45, 45])
    (False, True)
    """
    holes, sizes = label_holes(lungs)
    fill = np.arange(len(sizes)) > 0
    if marks is not None:
        for hole in np.flatnonzero(sizes[1:] >= WIDE * lungs.sum()) + 1:
            fill[hole] = np.median(marks[holes == hole]) >= 255 * _NEVER_LUNG
    return np.asarray(lungs | fill[holes])
