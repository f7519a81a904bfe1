"""Move a classifier to a new hospital: ``python examples/fine_tune.py [MANIFEST.csv]``.

The manifest is a CSV ``file,label,patient,split``; without one, phantoms stand in for patients.
"""

from __future__ import annotations

import argparse
from typing import Any

import lungseg
from lungseg.evaluation.splits import assert_disjoint
from lungseg.manifest import read_manifest

Part = tuple[list[Any], list[str], list[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", nargs="?")
    parser.add_argument("--label-column", default="label")
    parser.add_argument("--pipeline", default="covid-ct", help="what to start from")
    parser.add_argument("--epochs", type=int, help="train the trunk as well, for so many")
    given = parser.parse_args()
    if given.manifest:
        train, val, test = from_manifest(given.manifest, given.label_column)
    else:
        train, val, test = (from_phantoms(*seeds) for seeds in ((0, 12), (12, 16), (16, 20)))
    assert_disjoint(train[2], [*val[2], *test[2]])

    base = lungseg.Pipeline.from_pretrained(given.pipeline)
    base.masker_.set_params(cache="example-out/masks")  # no scan is masked twice
    tuned = base.fine_tune(*train, epochs=given.epochs, validation=val[:2])
    print(tuned.verdict_)
    print(f"accuracy on {len(test[0])} test scans: before {base.score(*test[:2]):.2f}", end=", ")
    print(f"after {tuned.score(*test[:2]):.2f}")
    print("saved to", tuned.save("example-out/tuned-pipeline"))


def from_manifest(path: str, column: str) -> tuple[Part, Part, Part]:
    rows = read_manifest(path, label=column)
    parts = (rows.split(name) for name in ("train", "val", "test"))
    train, val, test = ((part.files, part.labels, part.patients) for part in parts)
    return train, val, test


def from_phantoms(first: int, last: int) -> Part:
    seeds = range(first, last)
    scans = [lungseg.phantom(1, 96, opacities=6 * (seed % 2), seed=seed) for seed in seeds]
    labels = ["COVID" if seed % 2 else "NonCOVID" for seed in seeds]
    return scans, labels, [f"patient {seed}" for seed in seeds]


if __name__ == "__main__":
    main()
