"""One curve around both lungs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lungseg.doctor import Finding
from lungseg.params import check_params
from lungseg.preprocess.body_crop import box_in_slices
from lungseg.preprocess.by_slice import by_slice
from lungseg.preprocess.dark import dark_regions
from lungseg.preprocess.remove_background import keep_only
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.snake import contract_around
from lungseg.preprocess.transformed import Transformed
from lungseg.scan import LungMask, Scan

_NO_LUNGS = Finding(
    "warning",
    "no-contour",
    "no dark regions were found that could be lungs, so the whole slice was used",
    "check the window",
)


class ActiveContour(ScanTransform):
    """Keep what lies inside one closed curve around both lungs, mediastinum included.

    The stages "lungs-nocrop" and "lungs" of S0. There the curve starts from a circle of
    fixed size on the smoothed picture, and is caught by the skin where it starts outside
    the patient, or by the airways where it starts inside the lungs. Here it starts around
    the dark regions that do not reach into a corner, and contracts around them alone.
    A tenth of a second or more a slice.

    Parameters
    ----------
    crop : bool
        Crop to the box around the curve; one box for the scan, and no slice is left out.
    alpha, beta, gamma : float
        Tension, stiffness and reluctance of the curve, as published for 512 pixels; they
        scale with the picture.
    iterations : int
        At most.

    References
    ----------
    Kass, Witkin and Terzopoulos, "Snakes: Active contour models", IJCV 1988.

    Examples
    --------
    >>> import lungseg
    >>> scan = lungseg.phantom(slices=1, size=96)
    >>> ActiveContour(crop=True).transform(scan).scan.shape[1] < 96
    True
    """

    def __init__(
        self,
        crop: bool = False,
        *,
        alpha: float = 0.1,
        beta: float = 10.0,
        gamma: float = 0.001,
        iterations: int = 2500,
    ) -> None:
        self.crop = crop
        self.alpha = alpha
        self.beta = beta
        self.gamma = gamma
        self.iterations = iterations

    def check(self) -> None:
        """Check the parameters; ValueError where one is out of its range."""
        check_params(self, alpha=(0, None), beta=(0, None), iterations=(1, None))
        check_params(self, gamma=(1e-6, None))

    def _transform(self, scan: Scan, mask: LungMask | None) -> Transformed:
        held = by_slice(scan, self._held, np.bool_)
        if not held.any():
            return Transformed(scan.with_finding(_NO_LUNGS), mask)
        shown = Transformed(keep_only(scan, held), mask)
        return shown.cut(box_in_slices(scan, held, 0.0)) if self.crop else shown

    def _held(self, grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Mark what the curve holds of a slice; nothing where nothing looks like a lung."""
        dark = np.zeros(grey.shape, bool)
        for region in dark_regions(grey):
            dark |= region
        return contract_around(
            dark,
            alpha=self.alpha,
            beta=self.beta,
            gamma=self.gamma,
            iterations=self.iterations,
        )
