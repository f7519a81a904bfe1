"""Slices from several sources, mixed for the training of a masker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lungseg.io.masks import read_mask
from lungseg.io.reader import read
from lungseg.manifest import Manifest, read_manifest, read_names
from lungseg.phantoms import phantom
from lungseg.scan import Scan
from lungseg.training.lesion_bank import LesionBank
from lungseg.training.strangers import strangers


@dataclass(frozen=True)
class Source:
    """Scans with lung masks, of one kind.

    Parameters
    ----------
    name : str
        For the card.
    scans, masks : list
        What `LungMasker.fit` takes.
    """

    name: str
    scans: list[Any]
    masks: list[Any]

    def __len__(self) -> int:
        return len(self.scans)

    @classmethod
    def of_manifest(cls, manifest: Manifest) -> Source:
        """Take the scans and masks of a manifest."""
        name = f"slices of {manifest.path.parent.name}"
        return cls(name, list(manifest.files), list(manifest.masks))

    @classmethod
    def of_strangers(cls, count: int, seed: int) -> Source:
        """Pictures that hold no lung."""
        pictures = strangers(count, seed=seed)
        scans = [Scan(picture[None], None, "stranger", units="display") for picture in pictures]
        return cls("pictures without lungs", scans, [np.zeros(scan.shape, bool) for scan in scans])

    @classmethod
    def of_phantoms(cls, count: int, seed: int) -> Source:
        """Phantoms, each of twelve slices from the belly to the apex."""
        pairs = [
            phantom(12, 320, opacities=number % 5, seed=seed + number, return_mask=True)
            for number in range(count)
        ]
        return cls("phantoms", [pair[0] for pair in pairs], [pair[1] for pair in pairs])


def mix(sources: Sequence[Source], main_share: float) -> tuple[list[Any], list[Any], list[float]]:
    """Join sources; the first gets a fixed share of the draws, the others the rest.

    Parameters
    ----------
    sources : sequence of Source
    main_share : float
        0 to 1. Of the rest each other source gets a part by the square root of its
        size: a small one is not lost, and a large one not wasted.

    Returns
    -------
    scans, masks : list
    weights : list of float
        How likely each scan is to be drawn.

    Examples
    --------
    >>> two, six = Source("a", [1, 2], [1, 2]), Source("b", [0] * 6, [0] * 6)
    >>> [round(weight, 3) for weight in mix([two, six], 0.4)[2]]
    [0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
    """
    main, *others = [source for source in sources if len(source)]
    parts = np.sqrt([len(source) for source in others])
    shares = [main_share, *((1 - main_share) * parts / parts.sum())] if others else [1.0]
    weights = [
        float(share) / len(source)
        for source, share in zip([main, *others], shares, strict=True)
        for _ in range(len(source))
    ]
    chosen = [main, *others]
    return (
        [scan for source in chosen for scan in source.scans],
        [mask for source in chosen for mask in source.masks],
        weights,
    )


def read_lesion_bank(manifest: Path, *, drop: Path | None = None, every: int = 4) -> LesionBank:
    """Take the lesions of the pictures of a manifest.

    Parameters
    ----------
    manifest : Path
        CSV with ``file``, ``mask`` and ``case``; a picture without a case was drawn by an
        expert.
    drop : Path, optional
        List of names of files that are left out.
    every : int
        Of the pictures with a case every so-manieth is taken.

    Returns
    -------
    LesionBank
    """
    slices = read_manifest(manifest, need=("mask",), patient="case")
    chosen = slices.without(() if drop is None else read_names(drop)).thinned(every)

    scans = ((row, read(row.file)) for row in chosen.rows)
    return LesionBank.of_drawn(
        (scan.voxels[0], read_mask(row.mask, scan, soft=True)[0], not row.patient)
        for row, scan in scans
    )
