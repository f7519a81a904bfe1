"""Work in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from lungseg.compare.apart import Apart


def test_work_is_done_in_another_process() -> None:
    assert Apart(divmod_by_two)(7) == (3, 1)
    assert Apart(number_of_process)(None) != os.getpid()


def test_what_the_work_raises_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        Apart(one_by)(0)


def test_a_process_that_is_killed_is_said() -> None:
    with pytest.raises(RuntimeError, match="status -9 and without an answer"):
        Apart(kill)(None)


def test_the_child_ends_with_its_parent(tmp_path) -> None:
    words = (
        "from lungseg.compare.apart import Apart;"
        "from tests.lungseg.compare.test_apart import wait;"
        f"Apart(wait)({str(tmp_path / 'number')!r})"
    )
    parent = subprocess.Popen([sys.executable, "-c", words])
    number = _eventually(lambda: (tmp_path / "number").read_text())
    parent.kill()
    parent.wait()
    assert _eventually(lambda: not _runs(int(number)))


def _eventually(find, seconds: float = 60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := find():
                return found
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("it did not come to that")


def _runs(number: int) -> bool:
    try:
        with open(f"/proc/{number}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def divmod_by_two(value: int) -> tuple[int, int]:
    return divmod(value, 2)


def number_of_process(_: None) -> int:
    return os.getpid()


def one_by(value: int) -> float:
    return 1 / value


def kill(_: None) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait(path: str) -> None:
    with open(path, "w") as file:
        file.write(str(os.getpid()))
    time.sleep(60)
