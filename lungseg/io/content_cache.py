"""Arrays kept on disk by what they were made from."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.io.atomic import atomic_path
from lungseg.scan import Scan

Kept = tuple[NDArray[Any], dict[str, Any]]


class ContentCache:
    """Voxels and facts by the content of a scan.

    Two processes may share a folder: files appear whole or not at all, and one that is
    gone is made again.

    Parameters
    ----------
    folder : str or Path
        Made if it is not there.
    maker : str
        What makes the voxels: another text, other voxels.
    limit_mb : float
        What was not asked for the longest goes when there is more.
    """

    def __init__(self, folder: str | Path, maker: str, *, limit_mb: float = 2000) -> None:
        self.folder = Path(folder).expanduser()
        self.maker = maker
        self.limit_mb = limit_mb

    def load(self, scan: Scan, *others: NDArray[Any]) -> Kept | None:
        """Return what was kept of a scan (and other arrays); None where nothing was."""
        path = self._path(scan, others)
        try:
            with np.load(path, allow_pickle=False) as stored:
                kept = stored["voxels"], json.loads(str(stored["facts"]))
            path.touch()
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        return kept

    def store(
        self, voxels: NDArray[Any], facts: Mapping[str, Any], scan: Scan, *others: NDArray[Any]
    ) -> None:
        """Keep voxels, and facts that JSON can hold."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with atomic_path(self._path(scan, others)) as temporary:
            np.savez_compressed(temporary, voxels=voxels, facts=json.dumps(facts))
        self._shrink()

    def _path(self, scan: Scan, others: tuple[NDArray[Any], ...]) -> Path:
        digest = hashlib.sha256(self.maker.encode())
        affine = None if scan.affine is None else scan.affine.round(6).tolist()
        digest.update(json.dumps([scan.units, scan.shape, affine]).encode())
        for array in (scan.voxels, *others):
            digest.update(np.ascontiguousarray(array).tobytes())
        return self.folder / f"{digest.hexdigest()[:40]}.npz"

    def _shrink(self) -> None:
        """Remove what was not asked for the longest."""
        files = []
        for entry in os.scandir(self.folder):
            with suppress(OSError):  # another process may have removed it
                if entry.name.endswith(".npz"):
                    files.append((entry.stat().st_mtime, entry.stat().st_size, entry.path))
        excess = sum(size for _, size, _ in files) - self.limit_mb * 1e6
        for _, size, path in sorted(files):
            if excess <= 0:
                break
            Path(path).unlink(missing_ok=True)
            excess -= size
