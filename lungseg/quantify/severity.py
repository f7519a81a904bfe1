"""Severity: how much of the lungs is ill, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lungseg.quantify.bands import Band
from lungseg.quantify.region import Region

_NOTHING = Region("outside the lungs", 0, 0)


@dataclass(frozen=True, repr=False)
class Severity:
    """How much of the lungs of a scan is infected, where, and how dense they are.

    Made by `lungseg.severity`.

    Parameters
    ----------
    source : str
        The scan.
    lungs : Region
        Both lungs; their ``share`` is the infected share of the lungs.
    right, left : Region, optional
        None where the lung mask does not tell the sides.
    upper, middle, lower : Region, optional
        Thirds of equal height of the lungs, see `lungseg.quantify.thirds.third_of`; None
        where the lungs take up fewer than three slices.
    kinds : tuple of Region
        Ground glass and consolidation, where the infection mask tells them apart: which
        share of the lungs each takes up.
    outside : Region
        What the infection mask marks outside the lung mask: in no other figure.
    interval : tuple of float, optional
        Infected share of the lungs at least and at most, by the segmenter's own
        uncertainty; None where it gives none.
    coverage : float, optional
        How often the interval is promised to hold the truth.
    bands : tuple of Band, optional
        Densities inside the lungs; None where the scan is not in HU.
    mean_density : float, optional
        Mean HU of the lungs; None where the scan is not in HU, or there is no lung.
    notes : tuple of str
        What could not be said, and why; what to beware of.

    Examples
    --------
    >>> Severity("a scan", Region("lungs", 200, 50, 0.01))
    Severity('a scan': 25.0 % of the lungs infected, 0.5 of 2 mL)
    """

    source: str
    lungs: Region
    right: Region | None = None
    left: Region | None = None
    upper: Region | None = None
    middle: Region | None = None
    lower: Region | None = None
    kinds: tuple[Region, ...] = ()
    outside: Region = _NOTHING
    interval: tuple[float, float] | None = None
    coverage: float | None = None
    bands: tuple[Band, ...] | None = None
    mean_density: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """Infected share of the lungs, 0 to 1; None where there is no lung."""
        return self.lungs.share

    @property
    def parts(self) -> tuple[Region, ...]:
        """Every part of the lungs that is known: each lung, and the thirds from the top."""
        known = (self.right, self.left, self.upper, self.middle, self.lower)
        return tuple(part for part in known if part is not None)

    def to_dict(self) -> dict[str, Any]:
        """Return everything in types that JSON knows."""
        names = ("lungs", "right", "left", "upper", "middle", "lower")
        parts: dict[str, Region | None] = {name: getattr(self, name) for name in names}
        return {
            "input": self.source,
            **{name: None if part is None else part.to_dict() for name, part in parts.items()},
            "interval": None if self.interval is None else list(self.interval),
            "coverage": self.coverage,
            "kinds": {kind.name: kind.to_dict() for kind in self.kinds},
            "outside_lungs": {
                "infected_voxels": self.outside.infected_voxels,
                "infected_ml": self.outside.infected_ml,
            },
            "bands": (
                None if self.bands is None else {band.name: band.to_dict() for band in self.bands}
            ),
            "mean_density_hu": self.mean_density,
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        return f"Severity({self.source!r}: {'; '.join([self._total(), *self._where()])})"

    def _total(self) -> str:
        if self.share is None:
            return "no lung"
        shown = f"{100 * self.share:.1f} % of the lungs infected"
        if self.interval is not None:
            low, high = (100 * limit for limit in self.interval)
            shown += f" ({low:.1f} to {high:.1f} %)"
        if self.lungs.infected_ml is None:
            return shown
        return f"{shown}, {self.lungs.infected_ml:.4g} of {self.lungs.lung_ml:.4g} mL"

    def _where(self) -> list[str]:
        shares = [(part.name, part.share) for part in self.parts]
        return [f"{name} {100 * share:.1f} %" for name, share in shares if share is not None]
