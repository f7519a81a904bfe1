"""How much infection is marked in lungs that are said to have none.

python benchmarks/healthy.py SCANS.csv [--weights NAME|DIR] [--every 1]

Every lung slice of the manifest (column `file`; `patient` where there is one) counts. The slices of
luna_slices are of people screened for nodules: no pneumonia is expected in them, but none was ruled
out, so that a share above 0 is not wrong for certain.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import lungseg
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.manifest import read_manifest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--weights")
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()
    rows = read_manifest(given.manifest, need=()).thinned(given.every)
    masker = lungseg.LungMasker.from_pretrained()
    segmenter = lungseg.InfectionSegmenter.from_pretrained(given.weights)
    shares, patients = [], []
    for item, patient in zip(masker.iterate(rows.files), rows.patients, strict=True):
        if item.mask.lungs.any():
            shares.append(segmenter.predict([item])[0].share)
            patients.append(patient)
    found = np.array(shares)
    print(f"mean share: {bootstrap_estimate(np.mean, patients, found)}")
    print(
        f"slices above 5 %: {bootstrap_estimate(np.mean, patients, (found > 0.05).astype(float))}"
    )
    print(f"median {np.median(found):.4f}, largest {found.max():.3f}")


if __name__ == "__main__":
    main()
