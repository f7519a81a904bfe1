"""Masks kept on disk, so that no scan is masked twice by the same masker."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from lungseg.io.atomic import atomic_path
from lungseg.scan import LungMask, Scan


class MaskCache:
    """Masks by the content of their scans.

    Two processes may share a folder: files appear whole or not at all, and one that is
    gone is made again.

    Parameters
    ----------
    folder : str or Path
        Made if it is not there.
    masker : str
        What makes the masks: another text, another mask.
    limit_mb : float
        The masks that were not asked for the longest go when there is more.

    Examples
    --------
    >>> import tempfile
    >>> scan = Scan(np.zeros((1, 8, 8), np.uint8), units="display")
    >>> cache = MaskCache(tempfile.mkdtemp(), "threshold 0.5")
    >>> cache.get(scan) is None
    True
    >>> cache.put(scan, LungMask(np.ones((1, 8, 8), np.uint8), confidence=0.9))
    >>> cache.get(scan)
    LungMask(1×8×8, lungs 100.0 %, confidence 0.90, 'array')
    """

    def __init__(self, folder: str | Path, masker: str, *, limit_mb: float = 2000) -> None:
        self.folder = Path(folder).expanduser()
        self.masker = masker
        self.limit_mb = limit_mb

    def get(self, scan: Scan) -> LungMask | None:
        """Return the mask of a scan; None where it is not known."""
        path = self._path(scan)
        try:
            with np.load(path, allow_pickle=False) as stored:
                facts = json.loads(str(stored["facts"]))
                voxels = stored["voxels"]
            path.touch()
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        return LungMask(
            voxels,
            scan.affine,
            scan.source,
            confidence=facts["confidence"],
            # A copy of the scan may lie under another name.
            warnings=tuple(scan.source + text for text in facts["warnings"]),
            method=facts["method"],
        )

    def put(self, scan: Scan, mask: LungMask) -> None:
        """Keep the mask of a scan."""
        self.folder.mkdir(parents=True, exist_ok=True)
        facts = {
            "confidence": mask.confidence,
            "warnings": [text.removeprefix(mask.source) for text in mask.warnings],
            "method": mask.method,
        }
        with atomic_path(self._path(scan)) as temporary:
            np.savez_compressed(temporary, voxels=mask.voxels, facts=json.dumps(facts))
        self._shrink()

    def _path(self, scan: Scan) -> Path:
        digest = hashlib.sha256(self.masker.encode())
        affine = None if scan.affine is None else scan.affine.round(6).tolist()
        digest.update(json.dumps([scan.units, scan.shape, affine]).encode())
        digest.update(np.ascontiguousarray(scan.voxels).tobytes())
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
