"""Compare two recipes on the same patients, and look at the page.

python examples/compare_recipes.py [--manifest SCANS.csv] [--out example-out/compare]

Without a manifest, phantoms stand in for scans: healthy ones, and ones with opacities.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from PIL import Image

import lungseg
from lungseg.compare import Plan, compare
from lungseg.compare.page import estimate_text
from lungseg.preprocess.window import Window

RECIPES = ["s0-simple", "s0-simple@crop"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manifest", type=Path)
    parser.add_argument("--out", type=Path, default=Path("example-out/compare"))
    parser.add_argument("--epochs", type=int, default=2)
    given = parser.parse_args()
    manifest = given.manifest or phantoms(given.out / "scans")
    plan = Plan(manifest, folds=2, epochs=given.epochs, size=64)
    result = compare(plan, RECIPES, given.out)
    for name, row in result["recipes"].items():
        print(f"{name}: ROC AUC {estimate_text(row['figures']['roc_auc'])}")
    print(f"look at {given.out / 'comparison.html'}")


def phantoms(folder: Path) -> Path:
    """Write pictures of ten phantoms, and a manifest of them."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(10):
        ill = number % 2 == 1
        scan = lungseg.phantom(slices=1, size=96, seed=number, opacities=6 * ill)
        Image.fromarray(Window().apply(scan.voxels[0])).save(folder / f"{number}.png")
        rows.append([f"{number}.png", "ill" if ill else "healthy", f"patient {number}"])
    with (folder / "scans.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["file", "label", "patient"], *rows])
    return folder / "scans.csv"


if __name__ == "__main__":
    main()
