"""Region: a part of the lungs, and how much of it is infected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Region:
    """A part of the lungs, counted in voxels.

    Parameters
    ----------
    name : str
    lung_voxels : int
        Of the part, infected or not.
    infected_voxels : int
        Of these.
    voxel_ml : float, optional
        Volume of a voxel in mL; None where the spacing is not known.

    Examples
    --------
    >>> region = Region("right lung", 400, 100, voxel_ml=0.005)
    >>> region.share, region.lung_ml, region.infected_ml
    (0.25, 2.0, 0.5)
    >>> Region("left lung", 0, 0).share is None
    True
    """

    name: str
    lung_voxels: int
    infected_voxels: int
    voxel_ml: float | None = None

    @property
    def share(self) -> float | None:
        """Infected share, 0 to 1; None where there is no lung."""
        return self.infected_voxels / self.lung_voxels if self.lung_voxels else None

    @property
    def lung_ml(self) -> float | None:
        """Volume of the part in mL."""
        return None if self.voxel_ml is None else self.lung_voxels * self.voxel_ml

    @property
    def infected_ml(self) -> float | None:
        """Volume of what is infected in mL."""
        return None if self.voxel_ml is None else self.infected_voxels * self.voxel_ml

    def to_dict(self) -> dict[str, Any]:
        """Return everything in types that JSON knows."""
        return {
            "share": self.share,
            "lung_voxels": self.lung_voxels,
            "infected_voxels": self.infected_voxels,
            "lung_ml": self.lung_ml,
            "infected_ml": self.infected_ml,
        }
