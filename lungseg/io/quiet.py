"""Keep the chatter of C libraries off the terminal."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# The descriptor is shared by all threads: one at a time may turn it away.
_LOCK = threading.Lock()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Drop what C code writes to standard error inside the block.

    The readers of ITK print to it past Python and past ITK's own switch; what they mean
    is raised as an error as well.

    Examples
    --------
    >>> with quiet_stderr():
    ...     _ = os.write(2, b"MetaImage: M_ReadElementsData: data not read completely")
    """
    with _LOCK:
        try:
            kept = os.dup(2)
        except OSError:
            # A process without standard error has nothing to keep quiet.
            yield
            return
        try:
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
