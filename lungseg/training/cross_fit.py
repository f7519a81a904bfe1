"""Predictions for every scan by a segmenter that has not seen its patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone

from lungseg.infection import InfectionSegmenter, Pair
from lungseg.scan import MaskedScan


def cross_fit(
    segmenter: InfectionSegmenter,
    items: Sequence[MaskedScan],
    masks: Sequence[Any],
    groups: Sequence[Any],
    trusted: Sequence[bool],
    *,
    folds: int,
    folder: Path | None = None,
) -> Iterator[tuple[int, Pair]]:
    """Train once for each fold, and let each network mark the scans that were left out.

    Every trusted scan is left out once. Where few scans have been marked by a person, this
    measures and calibrates on all of them, and none is lost to the training of what ships.

    Parameters
    ----------
    segmenter : InfectionSegmenter
        As it is to be trained; it stays as it is.
    items : sequence of MaskedScan
    masks : sequence
        As in `InfectionSegmenter.fit`.
    groups : sequence
        Patient of each scan; none is on both sides.
    trusted : sequence of bool
        The others are trained on in every fold.
    folds : int
    folder : Path, optional
        Where checkpoints go, one folder a fold.

    Yields
    ------
    index : int
        Of the scan.
    pair : tuple of (truth, probability)

    Raises
    ------
    ValueError
        If there are fewer groups of trusted scans than folds.

    References
    ----------
    Stone, "Cross-Validatory Choice and Assessment of Statistical Predictions", JRSS B 1974.
    """
    names = list(dict.fromkeys(g for g, known in zip(groups, trusted, strict=True) if known))
    if len(names) < folds:
        raise ValueError(f"{len(names)} patients with trusted masks are too few for {folds} folds")
    for number, part in enumerate(np.array_split(np.arange(len(names)), folds)):
        left_out = {names[i] for i in part}
        aside = [i for i, group in enumerate(groups) if group in left_out]
        keep = [i for i, group in enumerate(groups) if group not in left_out]
        fold = clone(segmenter).set_params(
            checkpoint=None if folder is None else folder / f"fold{number}"
        )
        fold.fit(
            [items[i] for i in keep],
            [masks[i] for i in keep],
            trusted=[trusted[i] for i in keep],
        )
        tested = [i for i in aside if trusted[i]]
        pairs = fold.probability_pairs([items[i] for i in tested], [masks[i] for i in tested])
        yield from zip(tested, pairs, strict=True)
