"""Take BCDU-Net's published .9904 apart: how much of a Dice is how it is counted.

python benchmarks/published_figure.py --data DATA --labels LABELS/manifest.csv [--json FILE]

LABELS is what ``lungseg lung-labels DATA/covid_semiseg/manifest.csv --patient case`` wrote.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

import lungseg
from lungseg.cli.training import three_splits
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.dice import dice
from lungseg.inference.mark import fit
from lungseg.io.masks import read_mask
from lungseg.manifest import Manifest, read_manifest, read_names
from lungseg.preprocess.body import body_mask
from lungseg.preprocess.letterbox import Letterbox
from lungseg.training.hold_out import hold_out

BY_EYE = Path(__file__).parent / "by_eye"
Masks = list[NDArray[np.bool_]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = read_manifest(given.data / "kmader_lungs/manifest.csv", need=("mask",))
    train, _, test = three_splits(rows, test=0.15, validation=0.1, seed=0)
    figures = {
        "how slices are joined": joined(test, given.data),
        "where the body comes from": bodies(train, test),
        "how slices are split": split(read_manifest(given.labels, need=("mask",))),
    }
    for name, group in figures.items():
        print(name)
        for figure, value in group.items():
            print(f"  {figure}: {value}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2), "utf-8")


def joined(test: Manifest, data: Path) -> dict[str, str]:
    """Pool voxels, or take the mean over slices; leave slices without lung out, or not."""
    masker = lungseg.LungMasker.from_pretrained()
    found, true = [], []
    for item, mask in zip(masker.iterate(test.files), test.masks, strict=True):
        found.append(item.mask.lungs[0])
        true.append(read_mask(mask, item.scan)[0])
    free = {*read_names(BY_EYE / "luna_lung_free.txt")} & {*read_names(BY_EYE / "luna_test.txt")}
    files = [data / "luna_slices/images" / name for name in sorted(free)]
    empty = [mask.lungs[0] for mask in masker.predict(files)]
    scores = [dice(*pair) for pair in zip(found, true, strict=True)]
    # Two empty masks agree; any mark on a slice without lung is a Dice of 0.
    silent = [float(not mask.any()) for mask in empty]
    return {
        "pooled voxels": _pooled(found, true),
        "mean over slices": _mean(scores, test.patients),
        "mean over slices, lung-free ones among them": _mean(
            scores + silent, [*test.patients, *(f"free {i}" for i in range(len(silent)))]
        ),
    }


def bodies(train: Manifest, test: Manifest) -> dict[str, str]:
    """Take the body from the true mask, as published, or from the picture."""
    small: dict[str, Any] = {"filters": 8, "input_size": 128, "epochs": 25, "augment": False}
    masker = lungseg.LungMasker(**small, target="surrounding", crop=False, learning_rate=1e-3)
    masker.fit(train.files, train.masks)
    network = masker._finder()
    of_truth, of_picture = [], []
    for file, mask in zip(test.files, test.masks, strict=True):
        scan = lungseg.read(file)
        view = Letterbox((scan.shape[1], scan.shape[2]), 128)
        grey = fit(scan.axial(), [0], view)
        true = view.apply(read_mask(mask, scan)[0].astype(np.uint8), label=True) > 0
        around = network.engine(grey)[0] >= 0.5
        # Published: the body is what was marked around the lungs and the true lungs.
        target = body_mask(grey[0]) & ~true
        whole = ndimage.binary_fill_holes(target | true)
        of_truth.append(dice(whole & ~around, true))
        of_picture.append(dice(body_mask(grey[0]) & ~around, true))
    return {
        "from the true lung mask": _mean(of_truth, test.patients),
        "from the picture": _mean(of_picture, test.patients),
    }


def split(labelled: Manifest) -> dict[str, str]:
    """Split slices at random, or whole patients: the same network, as many slices."""
    volumes = labelled.take([i for i, p in enumerate(labelled.patients) if "_" in p])
    shown = {}
    for name, groups in {
        "slices at random": list(range(len(volumes))),
        "whole patients": volumes.patients,
    }.items():
        scores: list[float] = []
        owners: list[str] = []
        for seed in range(3):
            keep, aside = hold_out(groups, 0.25, seed)
            inside, outside = volumes.take(keep), volumes.take(aside)
            masker = lungseg.LungMasker(
                filters=8, input_size=96, epochs=12, augment=False, learning_rate=1e-3, seed=seed
            )
            masker.fit(inside.files, inside.masks)
            for item, mask in zip(masker.iterate(outside.files), outside.masks, strict=True):
                scores.append(dice(item.mask.lungs, read_mask(mask, item.scan)))
            owners += outside.patients
        shown[name] = _mean(scores, owners)
    return shown


def _pooled(found: Masks, true: Masks) -> str:
    overlap = sum(int((a & b).sum()) for a, b in zip(found, true, strict=True))
    total = sum(int(a.sum()) + int(b.sum()) for a, b in zip(found, true, strict=True))
    return f"{2 * overlap / total:.4f}, n = {len(found)}"


def _mean(scores: list[float], groups: Sequence[Any]) -> str:
    estimate = bootstrap_estimate(np.mean, groups, scores)
    return f"{estimate.value:.4f} [{estimate.low:.4f}, {estimate.high:.4f}], n = {len(scores)}"


if __name__ == "__main__":
    main()
