"""A private folder for uploads that does not outlive the server."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

_PREFIX = "lungseg-serve-"

#: A folder without a lock is being made, or its maker died: after so many seconds the latter.
_MAKING = 60.0

#: What removes the folder of a server that was killed: standard input ends when it dies.
_WATCH = (
    "import shutil, sys; sys.stdin.buffer.read(); shutil.rmtree(sys.argv[1], ignore_errors=True)"
)


class Scratch:
    """A private folder for uploads, gone when the server is, however it ends.

    Three things see to that: leaving the block removes it; a small process of its own
    waits for the end of this one and removes it when it was killed; and if both were
    killed at once, the next server sweeps away every folder whose lock nobody holds.

    Parameters
    ----------
    parent : Path, optional
        Where it is made; the system's folder for temporary files without.

    Attributes
    ----------
    folder : Path
        Of mode 700; only inside the block.

    Examples
    --------
    >>> with Scratch() as scratch:
    ...     folder = scratch.folder
    ...     _ = (folder / "upload").write_bytes(b"voxels")
    >>> folder.exists()
    False
    """

    def __init__(self, parent: Path | None = None) -> None:
        self.parent = Path(tempfile.gettempdir()) if parent is None else Path(parent)

    def __enter__(self) -> Scratch:
        sweep(self.parent)
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self.parent))
        self._lock = _locked(self.folder)
        command = [sys.executable, "-I", "-S", "-c", _WATCH, str(self.folder)]
        self._watcher = subprocess.Popen(  # noqa: S603 - no part of it comes from outside
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # A Ctrl-C at the terminal must not end it before the server.
            start_new_session=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)
        if self._watcher.stdin is not None:
            self._watcher.stdin.close()
        self._watcher.wait()

    def make(self) -> Path:
        """Make a folder of an unguessable name in it."""
        return Path(tempfile.mkdtemp(dir=self.folder))


def sweep(parent: Path) -> list[Path]:
    """Remove what servers left that were killed together with their watchers.

    Parameters
    ----------
    parent : Path

    Returns
    -------
    list of Path
        The folders that were removed: those of this user whose lock nobody holds.
    """
    removed = []
    for folder in sorted(parent.glob(f"{_PREFIX}*")):
        with contextlib.suppress(OSError):
            if _is_left(folder):
                shutil.rmtree(folder)
                removed.append(folder)
    return removed


def _is_left(folder: Path) -> bool:
    state = folder.lstat()
    mine = not hasattr(os, "getuid") or state.st_uid == os.getuid()
    if not mine or folder.is_symlink() or not folder.is_dir():
        return False
    if not (folder / "lock").exists():
        return time.time() - state.st_mtime > _MAKING
    file = os.open(folder / "lock", os.O_RDWR)
    try:
        return _lock(file)
    finally:
        os.close(file)


def _locked(folder: Path) -> int:
    """Make a file that is locked from its first moment, so that nobody sweeps it away."""
    file = os.open(folder / "new", os.O_RDWR | os.O_CREAT, 0o600)
    _lock(file)
    # A name that is held open cannot be changed on Windows; the sweep then waits a minute.
    with contextlib.suppress(OSError):
        os.rename(folder / "new", folder / "lock")
    return file


def _lock(file: int) -> bool:
    """Lock an open file; False where another process holds the lock."""
    try:
        import fcntl
    except ImportError:  # Windows: an open file cannot be removed there, which is a lock.
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
