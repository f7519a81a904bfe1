"""How many negatives and montages are told, and how many pictures are taken for one.

python benchmarks/odd_pictures.py SCANS.csv [--split train] [--without NAMES.txt]
    [--masker NAME|DIR] [--pictures 100]

The manifest (column `file`; `patient` where there is one) holds pictures of one slice each, none of
them a negative. Each drawn is looked at as it is, turned round, and beside the next one. What
`inspect` tells, without a network, stands beside what the masker tells by its lungs. Montages of
JPEG are of two or four, with a border of 3 px around each that is white or black, and without one;
what is taken for one is sought among all pictures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import lungseg
from lungseg.doctor.panels import count_panels
from lungseg.doctor.polarity import looks_inverted
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.manifest import Manifest, read_manifest, read_names

Grey = NDArray[np.uint8]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--split", choices=("train", "val", "test"))
    parser.add_argument("--without", type=Path, action="append", default=[])
    parser.add_argument("--masker", help="Name or folder of a masker, or of a pipeline.")
    parser.add_argument("--pictures", type=int, default=100)
    given = parser.parse_args()
    rows = chosen(given.manifest, given.split, given.without)
    pictures = [lungseg.read(file).voxels[0] for file in rows.files]
    report("taken for a montage", rows, [count_panels(grey) > 1 for grey in pictures])
    rows, pictures = rows.take(range(given.pictures)), pictures[: given.pictures]
    for name, border in {"white border": 255, "black border": 0, "no border": None}.items():
        for count in (2, 4):
            told = [count_panels(one) > 1 for one in montages(pictures, count, border)]
            report(f"montages of {count}, {name}, that are told", rows, told)
    masker = lungseg.LungMasker.from_pretrained(given.masker)
    report("negatives told by inspect", rows, [looks_inverted(255 - grey) for grey in pictures])
    report("taken for one by inspect", rows, [looks_inverted(grey) for grey in pictures])
    masks = masker.predict([255 - grey for grey in pictures])
    report("negatives told by the masker", rows, [is_told(mask) for mask in masks])
    masks = masker.predict(pictures)
    report("taken for one by the masker", rows, [is_told(mask) for mask in masks])
    report("doubtful masks of pictures", rows, [bool(mask.warnings) for mask in masks])


def chosen(manifest: Path, split: str | None, without: list[Path]) -> Manifest:
    """Shuffle what may be looked at."""
    rows = read_manifest(manifest, need=())
    rows = rows if split is None else rows.split(split)
    rows = rows.without(name for path in without for name in read_names(path))
    return rows.take(np.random.default_rng(0).permutation(len(rows)))


def report(what: str, rows: Manifest, told: list[bool]) -> None:
    """Print a share and its interval over patients."""
    patients = [row.patient or row.file.name for row in rows.rows]
    share = bootstrap_estimate(np.mean, patients, np.array(told, float))
    print(f"{what}: {share}, {sum(told)} pictures", flush=True)


def montages(pictures: list[Grey], count: int, border: int | None) -> list[Grey]:
    """Lay each picture, and those that follow it, side by side, in rows of two."""
    return [
        montage([pictures[(first + i) % len(pictures)] for i in range(count)], border)
        for first in range(len(pictures))
    ]


def montage(parts: list[Grey], border: int | None) -> Grey:
    """Bring pictures to the size of the first, and lay them in rows of two."""
    rows, columns = parts[0].shape
    tiles = [cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA) for part in parts]
    if border is not None:
        tiles = [np.pad(tile, 3, constant_values=border) for tile in tiles]
    whole = np.vstack([np.hstack(tiles[i : i + 2]) for i in range(0, len(tiles), 2)])
    stored = cv2.imencode(".jpg", whole, [cv2.IMWRITE_JPEG_QUALITY, 90])[1]
    return cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE)


def is_told(mask: lungseg.LungMask) -> bool:
    """Whether the masker calls the picture a negative."""
    return any("invert the picture" in warning for warning in mask.warnings)


if __name__ == "__main__":
    main()
