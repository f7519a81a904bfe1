"""Whether a worker sees the files that its tasks name."""

from __future__ import annotations

import os
import socket

from lungseg.errors import InputError


def check_place(path: str, marker: str | None) -> None:
    """Refuse a task whose files are not there, on the machine where this is called.

    Parameters
    ----------
    path : str
        The input.
    marker : str, optional
        A file in the folder of the results that the client made: a folder of the same name
        on a disk of the worker's own has none. Nothing is checked without it.

    Raises
    ------
    lungseg.InputError
        Naming the file and the machine.

    Examples
    --------
    >>> check_place("nowhere.png", None)
    """
    if marker is None:
        return
    machine = f"the worker on {socket.gethostname()}"
    mend = "workers read and write the paths as given: use a file system that all of them share"
    if not os.path.exists(marker):
        raise InputError(os.path.dirname(marker), f"{machine} does not see this folder", mend)
    if not os.path.exists(path):
        raise InputError(path, f"it is not there for {machine}", mend)
