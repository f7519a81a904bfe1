"""Pictures of one split that are copies of pictures in another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lungseg.evaluation.duplicates import near_duplicates
from lungseg.io.reader import read
from lungseg.preprocess.window import Window

if TYPE_CHECKING:
    from lungseg.manifest import Manifest


def find_leaks(part: Manifest, rest: Manifest) -> list[dict[str, Any]]:
    """Find scans of a split that nearly equal a scan outside it.

    Patients are kept apart by their names; one patient under two names, or one picture
    printed in two papers, is found by its looks alone. Of a volume its middle slice is
    compared.

    Parameters
    ----------
    part, rest : Manifest

    Returns
    -------
    list of dict
        ``file`` of the split, its ``copy`` outside, and their ``correlation``.

    References
    ----------
    See `near_duplicates`.
    """
    if not len(part) or not len(rest):
        return []
    pairs = near_duplicates(_pictures(part), _pictures(rest))
    return [
        {
            "file": str(part.rows[pair.a].file),
            "copy": str(rest.rows[pair.b].file),
            "correlation": round(pair.correlation, 4),
        }
        for pair in pairs
    ]


def _pictures(manifest: Manifest) -> list[NDArray[np.uint8]]:
    pictures = []
    for file in manifest.files:
        slices = read(file).axial()
        pictures.append(Window().apply(slices[len(slices) // 2]))
    return pictures
