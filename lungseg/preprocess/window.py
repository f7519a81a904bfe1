"""The HU window: from Hounsfield units to display grey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Window:
    """Show HU between two bounds as grey 0…255.

    Parameters
    ----------
    low, high : float
        Bounds in HU. The default holds air and soft tissue: what separates the lungs.

    Examples
    --------
    >>> Window(-1000, 400).apply(np.array([-2000, -1000, -300, 400, 3000], np.int16))
    array([  0,   0, 128, 255, 255], dtype=uint8)
    """

    low: float = -1000.0
    high: float = 400.0

    def __post_init__(self) -> None:
        if not self.high > self.low:
            raise ValueError(f"a window needs low < high, got {self.low} and {self.high}")

    def apply(self, voxels: NDArray[Any]) -> NDArray[np.uint8]:
        """Window an array; uint8 is taken for display grey and comes back as it is."""
        if voxels.dtype == np.uint8:
            return voxels
        scale = 255.0 / (self.high - self.low)
        grey = (voxels.astype(np.float32) - self.low) * scale
        return np.rint(np.clip(grey, 0, 255)).astype(np.uint8)

    def undo(self, grey: NDArray[np.uint8]) -> NDArray[np.int16]:
        """Bring grey back to HU; what the window cut off stays at its bounds.

        Examples
        --------
        >>> Window(-1000, 400).undo(np.array([0, 128, 255], np.uint8)).tolist()
        [-1000, -297, 400]
        """
        share = grey.astype(np.float32) / np.float32(255)
        return np.rint(self.low + share * (self.high - self.low)).astype(np.int16)
