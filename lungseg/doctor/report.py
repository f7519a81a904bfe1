"""The doctor's report on an input."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from lungseg.doctor.finding import Finding
from lungseg.errors import InputError


@dataclass(frozen=True)
class Report:
    """What an input is, and what was noticed about it.

    Parameters
    ----------
    source : str
    kind : str
        "CT volume in HU", "CT slice in HU", "stack of display grey", "picture in display
        grey", or "not usable".
    findings : tuple of Finding
    shape : tuple of int, optional
        (slices, rows, columns) where it could be read.
    spacing : tuple of float, optional
        In mm, where it is known.
    """

    source: str
    kind: str
    findings: tuple[Finding, ...]
    shape: tuple[int, int, int] | None = None
    spacing: tuple[float, float, float] | None = None

    @property
    def usable(self) -> bool:
        """Whether lungseg can work with the input."""
        return all(finding.severity != "error" for finding in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Return everything in types that JSON knows."""
        return {**asdict(self), "usable": self.usable}

    def __str__(self) -> str:
        size = "" if self.shape is None else ", " + "×".join(map(str, self.shape))
        lines = [f"{self.source}: {self.kind}{size}"]
        lines += [f"  {finding.severity}: {finding}" for finding in self.findings]
        return "\n".join(lines)


def inspect(x: Any, *, units: Any = None) -> Report:
    """Look at an input without using it; bad input gives a report, not an error.

    Parameters
    ----------
    x : path, array, image or Scan
    units : {"HU", "display"}, optional
        Of an array, where they are known.

    Returns
    -------
    Report

    Examples
    --------
    >>> report = inspect("no-such-file.nii.gz")
    >>> report.usable, report.kind
    (False, 'not usable')
    """
    from lungseg.io.reader import read

    try:
        scan = read(x, units=units)
    except InputError as error:
        finding = Finding("error", "unusable", error.cause, error.mend)
        return Report(error.source, "not usable", (finding,))
    form = {
        ("HU", True): "CT volume in HU",
        ("HU", False): "CT slice in HU",
        ("display", True): "stack of display grey",
        ("display", False): "picture in display grey",
    }[scan.units, len(scan.axial()) > 1]
    return Report(scan.source, form, scan.findings, scan.shape, scan.spacing)
