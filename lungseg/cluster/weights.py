"""Trained weights that every worker loads once, and that are the same on all of them."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from lungseg.errors import InputError

Model = TypeVar("Model")

_LOCK = Lock()


@dataclass(frozen=True)
class Weights:
    """Weights by name or folder, and which ones these are.

    Parameters
    ----------
    name : str
        A name of `lungseg.weights.names`, or the absolute path of a folder.
    sha256 : str
        Of the artefact's SHA256SUMS, and with it of every file of the artefact.

    Examples
    --------
    >>> weights = Weights.of("lungs")
    >>> weights.name, len(weights.sha256)
    ('lungs', 64)
    """

    name: str
    sha256: str

    @classmethod
    def of(cls, name: str | Path) -> Weights:
        """Say which weights a name or a folder stands for on this machine.

        Raises
        ------
        lungseg.InputError
            If there are none, or a file differs from its SHA-256.
        """
        from lungseg.artifact import read_artifact
        from lungseg.weights import folder_of, names

        folder = folder_of(name)
        read_artifact(folder)
        known = str(name) if str(name) in names() else str(folder.resolve())
        return cls(known, _digest(folder))

    def check(self) -> None:
        """Refuse other weights of the same name, on the machine where this is called.

        Raises
        ------
        lungseg.InputError
        """
        from lungseg.weights import folder_of

        if _digest(folder_of(self.name)) != self.sha256:
            raise InputError(
                self.name,
                f"on {socket.gethostname()} other weights have this name",
                "install one version of lungseg everywhere, or give a folder that all share",
            )


def load_once(load: Callable[..., Model], *weights: Weights | None, **options: Any) -> Model:
    """Load a model at the first call in a process, and return the same one afterwards.

    Parameters
    ----------
    load : callable
        At the top of a module; called with the names of the weights and the options.
    *weights : Weights or None
        Checked before they are loaded; the cache goes by their SHA-256.
    **options
        Hashable.

    Returns
    -------
    object
        Whatever ``load`` returned. The last four are kept.

    Raises
    ------
    lungseg.InputError
        If the machine has other weights of the same name, or a file differs from its SHA-256.

    Examples
    --------
    >>> lungs = Weights.of("lungs")
    >>> load_once(list, lungs) is load_once(list, lungs)
    True
    """
    # Two threads of a worker would load twice.
    with _LOCK:
        return _load(load, weights, tuple(sorted(options.items())))


@lru_cache(maxsize=4)
def _load(
    load: Callable[..., Any],
    weights: tuple[Weights | None, ...],
    options: tuple[tuple[str, Any], ...],
) -> Any:
    for one in weights:
        if one is not None:
            one.check()
    return load(*(None if one is None else one.name for one in weights), **dict(options))


def _digest(folder: Path) -> str:
    try:
        return hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
    except OSError:
        raise InputError(
            str(folder),
            "there is no artefact of lungseg here (SHA256SUMS)",
            "give a folder that save() wrote, or one of the names of `lungseg weights list`",
        ) from None
