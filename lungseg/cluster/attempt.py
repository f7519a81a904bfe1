"""One try of a task, on whichever machine it runs."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lungseg.errors import InputError


@dataclass(frozen=True)
class Attempt:
    """What a function returned or why it raised, and where that was."""

    value: Any
    error: str | None
    worker: str


def attempt(function: Callable[[Any], Any], argument: Any) -> Attempt:
    """Call a function; what it raises becomes one line of text.

    Examples
    --------
    >>> attempt(len, "abc")
    Attempt(value=3, error=None, worker='here')
    >>> attempt(len, 3).error.split(" (")[0]
    "TypeError: object of type 'int' has no len()"
    """
    try:
        return Attempt(function(argument), None, _where())
    except Exception as error:
        return Attempt(None, describe(error), _where())


def describe(error: BaseException) -> str:
    """Put an exception into one line, with its place where it is not an input's fault."""
    if isinstance(error, InputError):
        return str(error)
    text = f"{type(error).__name__}: {error}".rstrip(": ").replace("\n", " ")
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return text
    return f"{text} ({Path(frames[-1].filename).name}, line {frames[-1].lineno})"


def _where() -> str:
    # Only a process that imported Dask can be one of its workers.
    if "distributed" not in sys.modules:
        return "here"
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:
        return "here"
