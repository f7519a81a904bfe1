"""Make slices that differ in disease alone, for a classifier to learn from.

    python benchmarks/paint.py --data DATA --out FOLDER

Of each training patient of `kmader_lungs` a slice with parts of healthy lung blended in, labelled
NonCOVID, and the same with lesions blended in, labelled COVID; and a manifest of them, for `lungseg
fit --auxiliary`. Scanner, patient, field of view and the blending are the same on both sides: what
tells them apart is the disease. All parts come from the pseudo-labelled cases of COVID-SemiSeg; the
expert slices, and LUNA, are left to the hospital of `fine_tune.py`.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import cv2
import numpy as np
from fine_tune import across
from numpy.typing import NDArray

import lungseg
from lungseg.cli.training import three_splits
from lungseg.io.masks import read_mask
from lungseg.manifest import read_manifest, read_names
from lungseg.training.lesion_bank import LesionBank
from lungseg.training.lessons import Lesson, read_lesions
from lungseg.training.lung_labels import lungs_around_lesions

BY_EYE = Path(__file__).parent / "by_eye"

#: Neighbouring slices of a case are alike.
EVERY = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    print(f"{paint(given.data, given.out)} slices: {given.out / 'manifest.csv'}")


def paint(data: Path, out: Path) -> int:
    """Write the slices and their manifest, and count them."""
    lessons = read_lesions(
        data / "covid_semiseg/manifest.csv", quarter_turns=1, every=EVERY, repeat_single=0
    )
    drawn = [(lesson.picture, lesson.lesions, _lungs_of(lesson)) for lesson in lessons]
    known = [one for one in drawn if one[1].any() and one[2] is not None]
    banks = {"NonCOVID": LesionBank(across(*one) for one in known), "COVID": LesionBank(known)}
    rows = read_manifest(data / "kmader_lungs/manifest.csv", need=("mask",))
    train, _, _ = three_splits(rows, test=0.15, validation=0.1, seed=0)
    train = train.without(read_names(BY_EYE / "kmader_drop.txt"))
    (out / "images").mkdir(parents=True, exist_ok=True)
    written = []
    for number, row in enumerate(train.rows):
        scan = lungseg.read(row.file)
        lungs = read_mask(row.mask, scan)[0] > 0
        for label, bank in banks.items():
            slice_hu = bank.paint(scan.voxels[0], lungs, np.random.default_rng(number))
            name = f"images/{row.file.stem}_{label}.tif"
            cv2.imwrite(str(out / name), slice_hu)
            written.append((name, label, f"kmader {row.patient}"))
    with (out / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "class", "patient"])
        writer.writerows(written)
    return len(written)


def _lungs_of(lesson: Lesson) -> NDArray[np.bool_] | None:
    return lungs_around_lesions(lesson.picture, lesson.lesions, trusted=False)


if __name__ == "__main__":
    main()
