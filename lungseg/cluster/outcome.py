"""What became of one task."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """The result of a task, or why there is none.

    Parameters
    ----------
    key : str
        Of the task, as it was given.
    value : object
        What the function returned; None where it failed.
    error : str, optional
        Why it failed, in one line; None where it did not.
    worker : str
        Who did it, or tried last: an address, or "here".
    attempts : int
        How often it was tried, the last time included. Deaths of a worker that Dask made
        up for by itself are not counted.

    Examples
    --------
    >>> Outcome("a.png", 3).ok, Outcome("b.png", error="b.png: the file is empty").ok
    (True, False)
    """

    key: str
    value: Any = None
    error: str | None = None
    worker: str = "here"
    attempts: int = 1

    @property
    def ok(self) -> bool:
        """Whether there is a result."""
        return self.error is None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a dict: a record of a `ResultLog`."""
        return asdict(self)
