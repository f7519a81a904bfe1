"""Pick rows of a manifest, so that a training can draw them more often.

python benchmarks/pick.py MANIFEST.csv --out PICKED.csv [--folder expert] [--empty]

`lungseg fit-masker --also` shares its draws among manifests by the square roots of their sizes. A
few slices that matter get more of them as a manifest of their own.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import cv2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folder", help="Name of a folder that the file lies in.")
    parser.add_argument("--empty", action="store_true", help="Nothing is marked in the mask.")
    given = parser.parse_args()
    with given.manifest.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if given.folder:
        rows = [row for row in rows if given.folder in Path(row["file"]).parts]
    if given.empty:
        rows = [row for row in rows if not cv2.imread(row["mask"], cv2.IMREAD_GRAYSCALE).any()]
    with given.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["file", "mask", "patient"])
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} rows: {given.out}")


if __name__ == "__main__":
    main()
