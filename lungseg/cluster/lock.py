"""A lock on an open file that ends with its process."""

from __future__ import annotations

import sys
from typing import BinaryIO

#: A byte that no file reaches: Windows refuses to read what is locked.
_FAR = 1 << 62


def lock(file: BinaryIO) -> None:
    """Take a file for this process alone, until it is closed.

    Raises
    ------
    OSError
        If another process has it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryFile() as file:
    ...     lock(file)
    """
    if sys.platform == "win32":
        import msvcrt

        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)
        return
    import fcntl

    fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
