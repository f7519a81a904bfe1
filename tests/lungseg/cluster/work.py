"""Functions that workers of the tests run; they are told apart by files in a folder."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any


def square(task: tuple[Path, int]) -> int:
    """Note the call, and square the number."""
    folder, number = task
    time.sleep(0.02)
    _note(folder, number)
    return number * number


def fail_on_three(task: tuple[Path, int]) -> int:
    """Fail on three, always."""
    folder, number = task
    _note(folder, number)
    if number == 3:
        raise RuntimeError("no threes")
    return number


def fail_once(task: tuple[Path, int]) -> int:
    """Fail the first time each number is seen."""
    folder, number = task
    if _note(folder, number) == 1:
        raise OSError("the disk was away")
    return number


def die_once(task: tuple[Path, int]) -> int:
    """Kill the process that comes to number ten first, as the kernel would."""
    folder, number = task
    time.sleep(0.02)
    if _note(folder, number) == 1 and number == 10:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_of_three(task: tuple[Path, int]) -> int:
    """Leave the process at three, always."""
    folder, number = task
    _note(folder, number)
    if number == 3:
        os._exit(1)
    return number


def calls(folder: Path, number: Any) -> int:
    """How often a function was called with a number."""
    return len(list(folder.glob(f"{number}-*")))


def _note(folder: Path, number: int) -> int:
    (folder / f"{number}-{time.time_ns()}-{os.getpid()}").touch()
    return calls(folder, number)
