"""Preprocessed scans kept on disk, so that no scan goes twice through the same transforms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lungseg.io.content_cache import ContentCache
from lungseg.scan import LungMask, Scan


class ShownCache(ContentCache):
    """What a classifier is shown of scans, by their content and that of their masks.

    Examples
    --------
    >>> import tempfile
    >>> scan = Scan(np.zeros((2, 8, 8), np.int16))
    >>> cache = ShownCache(tempfile.mkdtemp(), "crop to 4 px")
    >>> cache.put(scan, None, Scan(np.ones((2, 4, 4), np.uint8), units="display", parts=2))
    >>> shown = cache.get(scan, None)
    >>> shown.shape, shown.units, shown.parts
    ((2, 4, 4), 'display', 2)
    """

    def get(self, scan: Scan, mask: LungMask | None) -> Scan | None:
        """Return what is shown of a scan; None where it is not known."""
        kept = self.load(scan, *_parts(mask))
        if kept is None:
            return None
        voxels, facts = kept
        affine = None if facts["affine"] is None else np.array(facts["affine"])
        return replace(
            scan, voxels=voxels, affine=affine, units=facts["units"], parts=facts["parts"]
        )

    def put(self, scan: Scan, mask: LungMask | None, shown: Scan) -> None:
        """Keep what is shown of a scan."""
        facts = {
            "units": shown.units,
            "parts": shown.parts,
            "affine": None if shown.affine is None else shown.affine.tolist(),
        }
        self.store(shown.voxels, facts, scan, *_parts(mask))


def _parts(mask: LungMask | None) -> tuple[np.ndarray, ...]:
    """Take what of a mask decides what is shown: its voxels, and how sure it is."""
    return () if mask is None else (mask.voxels, np.array(mask.confidence))
