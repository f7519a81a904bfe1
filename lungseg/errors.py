"""The one error that a user's input can cause."""

from __future__ import annotations


class InputError(ValueError):
    """An input that cannot be used, with the mend.

    Parameters
    ----------
    source : str
        The file, folder or array that is at fault.
    cause : str
        What is wrong with it, in one clause.
    mend : str
        What a person can do about it, in one clause.

    Examples
    --------
    >>> print(InputError("scan.png", "the file is empty", "copy it again from its origin"))
    scan.png: the file is empty; copy it again from its origin
    """

    def __init__(self, source: str, cause: str, mend: str) -> None:
        self.source = source
        self.cause = cause
        self.mend = mend
        super().__init__(source, cause, mend)

    def __str__(self) -> str:
        return f"{self.source}: {self.cause}; {self.mend}"
