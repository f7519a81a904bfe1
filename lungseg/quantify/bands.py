"""Bands of Hounsfield units inside the lungs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Where one band ends and the next begins, in HU; a value on a limit belongs to the denser.
LIMITS = (-950, -700, -250, 250)

#: Names of the bands, from the least dense to the densest.
NAMES = ("emphysema", "normally aerated", "ground glass", "consolidation", "denser")


@dataclass(frozen=True)
class Band:
    """How much of the lungs lies between two densities.

    The limits are those of the literature: below -950 HU emphysema, the threshold that
    agreed best with macroscopic morphometry [1]_ and that the Fleischner Society takes [2]_;
    from -950 to -700 HU well-aerated lung, whose share foretells intensive care and death in
    COVID-19 [3]_; from -700 to -250 HU ground glass and from -250 to 250 HU consolidation
    [4]_. Vessels and the edges of the lungs lie in the last two bands as well, also in a
    healthy lung, and the limit between ground glass and consolidation is not settled: others
    put it between -400 and -250 HU [5]_. So the bands say how dense the lungs are, and the
    infected share how ill.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    low, high : int, optional
        From this density on, and below that one, in HU; None where there is no limit.
    voxels : int
    share : float, optional
        Of the lungs, 0 to 1; None where there is no lung.
    ml : float, optional
        Volume in mL; None where the spacing is not known.

    References
    ----------
    .. [1] Gevenois et al., "Comparison of Computed Density and Macroscopic Morphometry in
       Pulmonary Emphysema", Am J Respir Crit Care Med 152, 1995.
    .. [2] Lynch et al., "CT-Definable Subtypes of Chronic Obstructive Pulmonary Disease: A
       Statement of the Fleischner Society", Radiology 277, 2015.
    .. [3] Colombi et al., "Well-aerated Lung on Admitting Chest CT to Predict Adverse Outcome
       in COVID-19 Pneumonia", Radiology 296, 2020.
    .. [4] Negroni et al., "COVID-19 CT Scan Lung Segmentation: How We Do It", Journal of
       Digital Imaging 35, 2022, doi:10.1007/s10278-022-00593-z.
    .. [5] "Quantitative CT for detecting COVID-19 pneumonia in suspected cases", BMC
       Infectious Diseases 21, 2021, doi:10.1186/s12879-021-06556-z.

    Examples
    --------
    >>> bands = bands_of(count(np.array([-980, -800, -700, -100])), 4, voxel_ml=0.001)
    >>> [(band.name, band.share) for band in bands][:3]
    [('emphysema', 0.25), ('normally aerated', 0.25), ('ground glass', 0.25)]
    """

    name: str
    low: int | None
    high: int | None
    voxels: int
    share: float | None
    ml: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return everything in types that JSON knows."""
        return {
            "from_hu": self.low,
            "below_hu": self.high,
            "voxels": self.voxels,
            "share": self.share,
            "ml": self.ml,
        }


def count(values: NDArray[Any]) -> NDArray[np.int64]:
    """Count the values in each band.

    Parameters
    ----------
    values : array of shape (n,)
        HU of voxels inside the lungs.

    Returns
    -------
    int64 array of shape (5,)

    Examples
    --------
    >>> count(np.array([-951, -950, -250, 250])).tolist()
    [1, 1, 0, 1, 1]
    """
    found = np.bincount(np.searchsorted(LIMITS, values, side="right"), minlength=len(NAMES))
    return np.asarray(found, np.int64)


def bands_of(
    counts: Sequence[int] | NDArray[np.int64], lung_voxels: int, voxel_ml: float | None
) -> tuple[Band, ...]:
    """Make bands of the numbers of voxels in them; see `Band`."""
    edges = (None, *LIMITS, None)
    return tuple(
        Band(
            name,
            edges[number],
            edges[number + 1],
            int(voxels),
            int(voxels) / lung_voxels if lung_voxels else None,
            None if voxel_ml is None else int(voxels) * voxel_ml,
        )
        for number, (name, voxels) in enumerate(zip(NAMES, counts, strict=True))
    )
