"""Figures of lung masks against the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.dice import dice
from lungseg.evaluation.surface import hausdorff95, surface_dice
from lungseg.io.masks import read_mask

if TYPE_CHECKING:
    from lungseg.manifest import Manifest
    from lungseg.masker import LungMasker


def measure_masker(masker: LungMasker, part: Manifest) -> dict[str, dict[str, Any]]:
    """Measure the masks of the scans of a manifest, each scan for itself.

    Parameters
    ----------
    masker : LungMasker
    part : Manifest
        With masks; its scans must not have been seen in training.

    Returns
    -------
    dict of str to dict
        Figure → value, low, high, n and patients: the mean Dice, the least, and how far
        the surfaces lie apart. Empty for no scans.
    """
    if not len(part):
        return {}
    scores: dict[str, list[float]] = {"mean Dice": [], "surface Dice": [], "HD95": []}
    for item, truth in zip(masker.iterate(part.files), part.masks, strict=True):
        found, true = item.mask.lungs, read_mask(truth, item.scan)
        spacing: tuple[float, ...] | None = item.scan.spacing
        if len(found) == 1:  # what lies between slices is no distance
            found, true, spacing = found[0], true[0], spacing and spacing[1:]
        scores["mean Dice"].append(dice(found, true))
        scores["surface Dice"].append(surface_dice(found, true, tolerance=1, spacing=spacing))
        scores["HD95"].append(hausdorff95(found, true, spacing=spacing))
    unit = "px" if item.scan.spacing is None else "mm"
    names = {"surface Dice": f"surface Dice at 1 {unit}", "HD95": f"HD95 in {unit}"}
    figures = {
        names.get(name, name): bootstrap_estimate(np.mean, part.patients, values).to_dict()
        for name, values in scores.items()
    }
    # A bootstrap says nothing of an extreme value: no interval.
    least = {**figures["mean Dice"], "value": min(scores["mean Dice"]), "low": None, "high": None}
    return {**figures, "least Dice": least}
