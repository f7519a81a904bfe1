"""One thing that the doctor noticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """Something noticed about an input.

    Parameters
    ----------
    severity : {"info", "warning", "error"}
        "info": handled, nothing to do; "warning": used, but look at it; "error": cannot
        be used.
    code : str
        Short name that programs can match.
    message : str
        What was noticed, in one clause.
    mend : str
        What would mend it; empty where nothing needs to be done.

    Examples
    --------
    >>> print(Finding("warning", "gap", "a slice is missing", "export the series again"))
    a slice is missing; export the series again
    """

    severity: Severity
    code: str
    message: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.message}; {self.mend}" if self.mend else self.message
