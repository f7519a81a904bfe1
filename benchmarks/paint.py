"""Make pairs of slices that differ in disease alone, for a classifier to learn from.

    python benchmarks/paint.py --data DATA --out FOLDER [--copies 1]

Of each training patient of `kmader_lungs` the slice as it is, labelled NonCOVID, and with lesions
of COVID-SemiSeg's pseudo-labelled cases blended in, labelled COVID; and a manifest of them, for
`lungseg fit --auxiliary`. Scanner, patient and field of view are the same on both sides: what tells
a pair apart is the lesions. The lesions of the expert slices, and LUNA, are left to the hospital of
`fine_tune.py`.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import cv2
import numpy as np

import lungseg
from lungseg.cli.training import three_splits
from lungseg.io.masks import read_mask
from lungseg.manifest import read_manifest, read_names
from lungseg.training.lessons import bank_of, read_lesions

BY_EYE = Path(__file__).parent / "by_eye"

#: Neighbouring slices of a case are alike.
EVERY = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--copies", type=int, default=1, help="Painted ones of each slice.")
    given = parser.parse_args()
    print(f"{paint(given.data, given.out, given.copies)} slices: {given.out / 'manifest.csv'}")


def paint(data: Path, out: Path, copies: int = 1) -> int:
    """Write the pairs and their manifest, and count the slices."""
    lessons = read_lesions(
        data / "covid_semiseg/manifest.csv", quarter_turns=1, every=EVERY, repeat_single=0
    )
    bank = bank_of(lessons)
    rows = read_manifest(data / "kmader_lungs/manifest.csv", need=("mask",))
    train, _, _ = three_splits(rows, test=0.15, validation=0.1, seed=0)
    train = train.without(read_names(BY_EYE / "kmader_drop.txt"))
    (out / "images").mkdir(parents=True, exist_ok=True)
    written = []
    for number, row in enumerate(train.rows):
        scan = lungseg.read(row.file)
        lungs = read_mask(row.mask, scan)[0] > 0
        rng = np.random.default_rng(number)
        slices = [scan.voxels[0]]
        slices += [bank.paint(scan.voxels[0], lungs, rng) for _ in range(copies)]
        for copy, slice_hu in enumerate(slices):
            name = f"images/{row.file.stem}_{copy}.tif"
            cv2.imwrite(str(out / name), slice_hu)
            written.append((name, "COVID" if copy else "NonCOVID", f"kmader {row.patient}"))
    with (out / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "class", "patient"])
        writer.writerows(written)
    return len(written)


if __name__ == "__main__":
    main()
