"""Measure maskers on input that is hard, and whose truth is known: to choose between them.

python benchmarks/hard.py --data DATA [--masker NAME|DIR …] [--body-scale 1.2]
    [--enlarge 4] [--scales 1 --scales 1.2] [--every 4] [--json FILE]

Consolidation is painted into lungs as in training, slices get the noise of a low dose or are made
coarse, and phantoms are drawn.
Every fourth training slice of kmader_lungs (with --every 0 none) and all validation slices; the
test slices are not read.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from low_dose import add_low_dose
from numpy.typing import NDArray

import lungseg
from lungseg.cli.training import three_splits
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.dice import dice
from lungseg.evaluation.surface import surface_dice
from lungseg.io.masks import read_mask
from lungseg.manifest import Manifest, read_manifest, read_names
from lungseg.training.consolidation import add_consolidation

DROP = Path(__file__).parent / "by_eye/kmader_drop.txt"

#: Consolidation is denser by this many HU than what it replaced, at least.
_DENSER = 150

#: Standard deviations in HU of the noise, where the body is thickest.
_NOISES = (120.0, 200.0)

#: Sides in pixels to which slices are brought, and those of phantoms.
_SIDES = (64, 96, 128)

_PHANTOMS = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--masker", nargs="*", default=["lungs"])
    parser.add_argument("--body-scale", type=float, help="In place of the masker's.")
    parser.add_argument("--enlarge", type=float, help="In place of the masker's.")
    parser.add_argument(
        "--scales", type=float, action="append", help="In place of the masker's; repeatable."
    )
    parser.add_argument("--every", type=int, default=4, help="Of the training slices; 0: none.")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = read_manifest(given.data / "kmader_lungs/manifest.csv", need=("mask",))
    train, val, _ = three_splits(rows, test=0.15, validation=0.1, seed=0)
    train = train.without(read_names(DROP))
    rows = train.take(range(0, len(train), given.every)).joined(val) if given.every else val
    figures: dict[str, dict[str, Any]] = {}
    for name in given.masker:
        masker = lungseg.LungMasker.from_pretrained(name)
        if given.body_scale:
            masker.set_params(body_scale=given.body_scale)
        if given.enlarge:
            masker.set_params(enlarge=given.enlarge)
        if given.scales:
            masker.set_params(scales=tuple(given.scales))
        figures[name] = slices(masker, rows) | phantoms(masker)
        print(name)
        for figure, value in figures[name].items():
            print(f"  {figure}: {value}", flush=True)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2), "utf-8")


def slices(masker: lungseg.LungMasker, rows: Manifest) -> dict[str, str]:
    """Dice of slices as they are, with consolidation painted in, noisy, and coarse."""
    found: dict[str, list[float]] = {}
    for number, row in enumerate(rows.rows):
        scan = lungseg.read(row.file)
        slice_hu, truth = scan.voxels[0], read_mask(row.mask, scan)[0]

        def score(name: str, shown: NDArray[Any], lungs: NDArray[np.bool_]) -> NDArray[np.bool_]:
            (mask,) = masker.predict([lungseg.read(shown, units="HU")])
            found.setdefault(f"Dice, {name}", []).append(dice(mask.lungs[0], lungs))
            return np.asarray(mask.lungs[0])

        whole = score("as it is", slice_hu, truth)
        surface = surface_dice(whole, truth, tolerance=1)
        found.setdefault("surface Dice, as it is", []).append(surface)
        painted = add_consolidation(slice_hu, truth, np.random.default_rng(number))
        lungs = score("consolidated", painted, truth)
        dense = truth & (painted.astype(int) - slice_hu > _DENSER)
        found.setdefault("consolidation found", []).append(
            float(lungs[dense].mean()) if dense.any() else np.nan
        )
        for noise in _NOISES:
            noisy = add_low_dose(slice_hu, np.random.default_rng(number), noise)
            score(f"with noise of {noise:.0f} HU", noisy, truth)
        for side in _SIDES:
            score(f"at {side} px", _coarse(slice_hu, side), _coarse(truth * 1.0, side) >= 0.5)
    return {
        name: f"{bootstrap_estimate(np.nanmean, rows.patients, values)}, "
        f"least {np.nanmin(values):.3f}"
        for name, values in found.items()
    }


def _coarse(image: NDArray[Any], side: int) -> NDArray[np.float32]:
    return np.asarray(
        cv2.resize(image.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    )


def phantoms(masker: lungseg.LungMasker) -> dict[str, str]:
    """Dice of phantoms of eight slices, every second with opacities."""
    found: dict[str, list[float]] = {}
    for side in _SIDES:
        for seed in range(_PHANTOMS):
            scan, truth = lungseg.phantom(
                slices=8, size=side, seed=seed, opacities=3 * (seed % 2), return_mask=True
            )
            (mask,) = masker.predict([scan])
            found.setdefault(f"Dice, phantoms of {side} px", []).append(
                dice(mask.lungs, truth.lungs)
            )
    return {
        name: f"{bootstrap_estimate(np.mean, range(_PHANTOMS), values)}, least {min(values):.3f}"
        for name, values in found.items()
    }


if __name__ == "__main__":
    main()
