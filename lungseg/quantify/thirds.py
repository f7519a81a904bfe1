"""The upper, middle and lower third of the lungs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: From the feet to the head.
NAMES = ("lower", "middle", "upper")


def third_of(slices: NDArray[np.bool_]) -> NDArray[np.int8] | None:
    """Tell for each axial slice in which third of the lungs it lies.

    Thirds of equal height between the lowest and the highest slice with lung, as the upper,
    middle and lower zone of a chest radiograph are read [1]_; the zones of the visual scores
    of COVID-19 are bounded by the carina and the inferior pulmonary veins [2]_, which lie
    near these heights and which nothing here finds. Thirds of equal volume were not taken:
    where one lung is destroyed or collapsed, their limits move with the disease that they are
    to locate.

    Parameters
    ----------
    slices : bool array of shape (slices,)
        From the feet to the head: whether there is lung in them.

    Returns
    -------
    int8 array of shape (slices,) or None
        0 lower, 1 middle, 2 upper, -1 below or above the lungs; None where the lungs take up
        fewer than three slices. A slice belongs to the third that its middle lies in.

    References
    ----------
    .. [1] "Chest X-ray anatomy: lung zones", radiologymasterclass.co.uk: "each of these zones
       occupies approximately one third of the height of the lungs".
    .. [2] Yuan et al., "Association of radiologic findings with mortality of patients infected
       with 2019 novel coronavirus in Wuhan, China", PLoS One 15, 2020.

    Examples
    --------
    >>> third_of(np.array([False, True, True, True, True, True, True, False])).tolist()
    [-1, 0, 0, 1, 1, 2, 2, -1]
    >>> third_of(np.array([False, True, True])) is None
    True
    """
    found = np.flatnonzero(slices)
    height = int(found[-1] - found[0] + 1) if len(found) else 0
    if height < len(NAMES):
        return None
    thirds = np.full(len(slices), -1, np.int8)
    thirds[found[0] : found[-1] + 1] = (2 * np.arange(height) + 1) * len(NAMES) // (2 * height)
    return thirds
