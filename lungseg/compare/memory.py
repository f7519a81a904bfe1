"""Memory that a piece of work takes."""

from __future__ import annotations

import resource
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def reset_peak() -> None:
    """Forget the largest memory so far, where the system can."""
    try:
        _CLEAR.write_text("5")
    except OSError:
        return


def peak_megabytes() -> float:
    """Largest resident memory of this process since `reset_peak`, in MB.

    Where the system cannot forget, since the process began.

    Examples
    --------
    >>> reset_peak()
    >>> peak_megabytes() > 1
    True
    """
    try:
        (line,) = (x for x in _STATUS.read_text().splitlines() if x.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    except (OSError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
