"""InfectionMask: where the lungs of a scan are infected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lungseg.scan import _Grid

if TYPE_CHECKING:
    from lungseg.scan import LungMask, Scan

#: What the numbers in `InfectionMask.voxels` stand for, where kinds are not told apart.
CLASSES = ("background", "lung", "infection")

#: What they stand for where they are.
KINDS = ("background", "lung", "ground glass", "consolidation")

#: Of a share of 255.
_HALF = 127

#: Classes of the network for each target of `InfectionSegmenter`.
PIXEL_CLASSES = {"infection": 1, "lungs+infection": 3, "kinds": 4}


@dataclass(frozen=True, eq=False, repr=False)
class InfectionMask(_Grid):
    """The infection of a scan, in the scan's own grid; immutable.

    Parameters
    ----------
    voxels : uint8 array of shape (slices, rows, columns)
        Class numbers: 0 background, 1 lung that is not infected, 2 infection; where kinds
        are told apart, 2 ground glass and 3 consolidation.
    affine : array of shape (4, 4), optional
        As in `Scan`.
    source : str
        The scan it belongs to.
    classes : tuple of str
        Name of each class number.
    interval : tuple of int, optional
        Least and most voxels that may be infected, by the segmenter's own uncertainty;
        None where it was never calibrated.
    coverage : float
        How often the interval is promised to hold the truth.
    warnings : tuple of str
        What the segmenter noticed.

    Examples
    --------
    >>> import numpy as np
    >>> mask = InfectionMask(np.array([[[1, 2], [0, 1]]], np.uint8))
    >>> mask
    InfectionMask(1×2×2, 33.3 % of the lungs, 'array')
    >>> int(mask.infection.sum())
    1
    """

    classes: tuple[str, ...] = CLASSES
    interval: tuple[int, int] | None = None
    coverage: float = 0.9
    warnings: tuple[str, ...] = ()

    @classmethod
    def read(cls, mask: Any, scan: Scan, lungs: LungMask | None = None) -> InfectionMask:
        """Take a mask that a person or another program has made.

        Parameters
        ----------
        mask : path, array or image
            Class numbers 0…3 as above, where 2 or 3 is among them and no other; else whatever is
            above half of its greatest possible value, 1 or 255, is infected.
        scan : Scan
            The scan it belongs to. A mask whose header says that its axes run otherwise is
            turned round.
        lungs : LungMask, optional
            The lungs, infected or not; they stand above those that class numbers tell.

        Returns
        -------
        InfectionMask

        Raises
        ------
        lungseg.InputError
            If it cannot be read, or it or the lungs have another grid than the scan.
        ValueError
            If the lungs are neither given nor told by the numbers.

        Examples
        --------
        >>> import lungseg
        >>> scan, lungs = lungseg.phantom(slices=2, size=64, return_mask=True)
        >>> InfectionMask.read(lungs.voxels == 2, scan, lungs).share > 0.4
        True
        """
        from lungseg.inputs import check_same_grid
        from lungseg.io.infection_labels import read_infection

        labels = read_infection(mask, scan)
        if lungs is None and labels.lungs is None:
            raise ValueError("the mask tells infection alone: give the lungs that it lies in")
        if lungs is None:
            inside = np.asarray(labels.lungs) > _HALF
        else:
            check_same_grid(scan, lungs)
            inside = lungs.lungs
        infected = labels.infection > _HALF
        voxels = np.where(infected, 2, inside).astype(np.uint8)
        if labels.dense is not None:
            voxels[infected & (labels.dense > _HALF)] = 3
        classes = CLASSES if labels.dense is None else KINDS
        return cls(voxels, scan.affine, scan.source, classes)

    @property
    def infection(self) -> NDArray[np.bool_]:
        """What is infected, of whichever kind, as one boolean array."""
        return self.voxels >= 2

    @property
    def share(self) -> float:
        """Infected share of the lungs, 0 to 1; 0 where there is no lung."""
        # Slice by slice: a boolean copy of a long scan fills the memory.
        infected = sum(int(np.count_nonzero(part >= 2)) for part in self.voxels)
        return infected / max(1, int(np.count_nonzero(self.voxels)))

    def save(self, path: str | Path) -> Path:
        """Write the class numbers, in the scan's geometry; see `LungMask.save`."""
        from lungseg.io.writer import save_mask

        return save_mask(self, Path(path))

    def __repr__(self) -> str:
        size = "×".join(map(str, self.shape))
        return f"InfectionMask({size}, {100 * self.share:.1f} % of the lungs, {self.source!r})"
