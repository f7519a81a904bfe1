"""A piece of work in a process of its own."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CHILD = "import sys; from lungseg.compare.apart import _answer; _answer(*sys.argv[1:])"


@dataclass(frozen=True)
class Apart:
    """Do a piece of work in a process of its own, which ends with it.

    TensorFlow keeps memory of every network it has trained. Where many are trained one
    after the other, the last would be short of it, and its figure would be the sum.

    Parameters
    ----------
    work : callable
        Takes one argument; both can be pickled.

    Examples
    --------
    >>> Apart(os.path.basename)("a/b")
    'b'
    """

    work: Callable[[Any], Any]

    def __call__(self, task: Any) -> Any:
        """Do a task.

        Returns
        -------
        object
            What the work returned.

        Raises
        ------
        Exception
            What the work raised; RuntimeError if its process ended without an answer.
        """
        with tempfile.TemporaryDirectory(prefix="lungseg-") as folder:
            asked, answered = Path(folder) / "asked", Path(folder) / "answered"
            asked.write_bytes(pickle.dumps((self.work, task)))
            words = [sys.executable, "-c", _CHILD, str(asked), str(answered)]
            # Not multiprocessing: a worker of a cluster may have no children of that kind.
            # The pipe is what tells the child that its parent is gone.
            with subprocess.Popen(words, stdin=subprocess.PIPE) as child:  # noqa: S603 - our words
                try:
                    status = child.wait()
                finally:
                    child.kill()
            if not answered.is_file():
                raise RuntimeError(f"the process ended with status {status} and without an answer")
            succeeded, found = pickle.loads(answered.read_bytes())  # noqa: S301 - of our child
        if not succeeded:
            raise found
        return found


def _answer(asked: str, answered: str) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work, task = pickle.loads(Path(asked).read_bytes())  # noqa: S301 - of our parent
    try:
        answer = True, work(task)
    except Exception as error:
        answer = False, error
    fresh = Path(answered).with_suffix(".part")
    fresh.write_bytes(pickle.dumps(answer))
    fresh.replace(answered)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)
