"""Masks kept on disk, so that no scan is masked twice by the same masker."""

from __future__ import annotations

from lungseg.io.content_cache import ContentCache
from lungseg.scan import LungMask, Scan


class MaskCache(ContentCache):
    """Masks by the content of their scans; see `ContentCache`.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> scan = Scan(np.zeros((1, 8, 8), np.uint8), units="display")
    >>> cache = MaskCache(tempfile.mkdtemp(), "threshold 0.5")
    >>> cache.get(scan) is None
    True
    >>> cache.put(scan, LungMask(np.ones((1, 8, 8), np.uint8), confidence=0.9))
    >>> cache.get(scan)
    LungMask(1×8×8, lungs 100.0 %, confidence 0.90, 'array')
    """

    def get(self, scan: Scan) -> LungMask | None:
        """Return the mask of a scan; None where it is not known."""
        kept = self.load(scan)
        if kept is None:
            return None
        voxels, facts = kept
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
        facts = {
            "confidence": mask.confidence,
            "warnings": [text.removeprefix(mask.source) for text in mask.warnings],
            "method": mask.method,
        }
        self.store(mask.voxels, facts, scan)
