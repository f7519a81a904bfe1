"""``lungseg`` as a user calls it, here or in a process of its own."""

from __future__ import annotations

import io
import subprocess
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

from lungseg.cli import main


def run(*words: object) -> subprocess.CompletedProcess[str]:
    """Call it in this process: a child would load TensorFlow and every network anew."""
    command = ["lungseg", *map(str, words)]
    out, err = io.StringIO(), io.StringIO()
    with mock.patch.object(sys, "argv", command), redirect_stdout(out), redirect_stderr(err):
        code = _code_of_main()
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


def run_apart(*words: object) -> subprocess.CompletedProcess[str]:
    """Call it in a child process: what it prints while it starts and ends is seen as well."""
    command = [sys.executable, "-c", "from lungseg.cli import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _code_of_main() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:
        traceback.print_exc()
        return 1
    return 0
