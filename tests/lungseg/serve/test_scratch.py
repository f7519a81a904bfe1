"""Nothing outlives the server, however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys

import pytest

from lungseg.serve.scratch import Scratch, sweep
from tests.lungseg.serve.running import until

HOLD = """
import sys, time
from pathlib import Path
from lungseg.serve.scratch import Scratch
with Scratch(Path(sys.argv[1])) as scratch:
    (scratch.make() / "scan.nii.gz").write_bytes(bytes(1000))
    print(scratch._watcher.pid, flush=True)
    time.sleep(60)
"""


def hold(parent) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-c", HOLD, str(parent)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


def test_it_is_private_and_gone_at_the_end(tmp_path) -> None:
    with contextlib.suppress(KeyError), Scratch(tmp_path) as scratch:
        assert stat.S_IMODE(scratch.folder.stat().st_mode) == 0o700
        folder = scratch.make()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        raise KeyError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_kill_leaves_nothing(tmp_path) -> None:
    process, _ = hold(tmp_path)
    assert len(list(tmp_path.rglob("scan.nii.gz"))) == 1
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not list(tmp_path.iterdir()), 10)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_what_nobody_could_remove_is_swept_away_at_the_next_start(tmp_path) -> None:
    process, watcher = hold(tmp_path)
    with Scratch(tmp_path) as other:
        # That of the other server, which still runs, is left alone.
        assert len(list(tmp_path.glob("*/*/scan.nii.gz"))) == 1
        os.kill(watcher, signal.SIGKILL)
        process.kill()
        process.wait()
        assert len(list(tmp_path.glob("*/*/scan.nii.gz"))) == 1
        assert len(sweep(tmp_path)) == 1
        assert list(tmp_path.iterdir()) == [other.folder]


def test_what_is_not_ours_is_left_alone(tmp_path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "lock").touch()
    (tmp_path / "lungseg-serve-link").symlink_to(tmp_path / "target")
    (tmp_path / "lungseg-serve-file").touch()
    (tmp_path / "lungseg-serve-new").mkdir()
    assert sweep(tmp_path) == []
    os.utime(tmp_path / "lungseg-serve-new", (0, 0))
    assert sweep(tmp_path) == [tmp_path / "lungseg-serve-new"]
    assert (tmp_path / "target" / "lock").exists()
