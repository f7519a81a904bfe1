"""Where a threshold puts the edge of the lung, against the labels of kmader_lungs.

python benchmarks/edges.py --data DATA

Labels that are built by density must put the edge where the hand-made labels have it. On the
training slices, for some thresholds and radii of closing: Dice, and what the built label has
too much and too little, as shares of the true area (medians: a few labels are broken).
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

import numpy as np

import lungseg
from lungseg.cli.training import three_splits
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.dice import dice
from lungseg.io.masks import read_mask
from lungseg.manifest import read_manifest
from lungseg.preprocess.window import Window
from lungseg.training.density_labels import lungs_by_density


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    rows = read_manifest(given.data / "kmader_lungs/manifest.csv", need=("mask",))
    train, _, _ = three_splits(rows, test=0.15, validation=0.1, seed=0)
    pairs = []
    for file, mask in zip(train.files, train.masks, strict=True):
        scan = lungseg.read(file)
        pairs.append((Window().apply(scan.voxels[0]), read_mask(mask, scan)[0]))
    print("threshold  radius  Dice                      too much  too little")
    for tissue, radius in product((110, 125, 140), (0.004, 0.012, 0.016)):
        built = [lungs_by_density(grey, tissue=tissue, radius=radius) for grey, _ in pairs]
        scores = [dice(found, true) for found, (_, true) in zip(built, pairs, strict=True)]
        middle = bootstrap_estimate(np.median, train.patients, scores)
        much, little = (
            np.median([(a & ~b).sum() / true.sum() for a, b, true in sides])
            for sides in (
                [(found, true, true) for found, (_, true) in zip(built, pairs, strict=True)],
                [(true, found, true) for found, (_, true) in zip(built, pairs, strict=True)],
            )
        )
        hu = -1000 + tissue / 255 * 1400
        print(f"{hu:6.0f} HU  {radius:.3f}  {middle}  {much:.4f}  {little:.4f}", flush=True)


if __name__ == "__main__":
    main()
