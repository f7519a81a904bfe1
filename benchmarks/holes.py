"""The wide holes of the lungs, and which of them `fill_holes` leaves open.

python benchmarks/holes.py --data DATA [--masker NAME|DIR] [--pictures 300] [--every 8]
    [--sheet FILE.png]

Domes of the liver and consolidation are holes of the raw mask alike; what parts them is how much
of the lung the network sees there. Printed, for every hole of a hundredth of the lungs or more:
its share of the lungs, the median probability inside, and how much of it is lesion where that is
known. None of the pictures belongs to a test split. The sheet shows each with its contour, in
the order of the probabilities, for the eye to judge; it is a picture of real data.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

import lungseg
from lungseg.inference.finder import Finder
from lungseg.manifest import read_manifest, read_names
from lungseg.postprocess.above_threshold import above_threshold
from lungseg.postprocess.fill_holes import WIDE
from lungseg.preprocess.close import label_holes
from lungseg.training.lessons import read_lesions

BY_EYE = Path(__file__).parent / "by_eye"
TILE = 300


class Hole(NamedTuple):
    """One hole, in the grid of its picture."""

    name: str
    share: float
    median: float
    lesion: float | None
    filled: bool
    tile: NDArray[np.uint8]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--masker")
    parser.add_argument("--pictures", type=int, default=300, help="Of covid_ct and luna_slices.")
    parser.add_argument("--every", type=int, default=8, help="Slice of a case of covid_semiseg.")
    parser.add_argument("--sheet", type=Path)
    given = parser.parse_args()
    finder = lungseg.LungMasker.from_pretrained(given.masker)._finder()
    holes: list[Hole] = []
    for kind, pictures in sources(given.data, given.pictures, given.every).items():
        found = [hole for picture in pictures for hole in wide_holes(finder, *picture)]
        open_ = [hole for hole in found if not hole.filled]
        print(f"{kind}: {len(pictures)} pictures, {len(found)} wide holes, {len(open_)} left open")
        for hole in sorted(found, key=lambda hole: hole.median):
            lesion = "" if hole.lesion is None else f", {hole.lesion:.2f} of it lesion"
            print(
                f"  {'filled' if hole.filled else 'open  '} {hole.share:.3f} of the lungs, "
                f"median {hole.median:.2f}{lesion}: {hole.name}",
                flush=True,
            )
        holes += found
    if given.sheet and holes:
        cv2.imwrite(str(given.sheet), sheet(sorted(holes, key=lambda hole: hole.median)))


def sources(data: Path, pictures: int, every: int) -> dict[str, list[tuple[str, Any, Any]]]:
    """Name, picture and lesions, if known, of every picture that is looked at."""
    aside = read_names(BY_EYE / "semiseg_aside.txt")
    lessons = read_lesions(
        data / "covid_semiseg/manifest.csv", quarter_turns=1, every=every, drop=aside
    )
    ill = [(row.group, row.picture, row.lesions) for row in lessons if row.lesions is not None]
    rng = np.random.default_rng(0)
    covid = read_manifest(data / "covid_ct/manifest.csv")
    test = {*read_names(BY_EYE / "luna_test.txt"), *read_names(BY_EYE / "luna_test_siblings.txt")}
    luna = sorted((data / "luna_slices/images").iterdir())
    some = {
        "covid_ct": [*covid.split("train").files, *covid.split("val").files],
        "luna_slices": [file for file in luna if file.name not in test],
    }
    return {"covid_semiseg": ill} | {
        name: [
            (files[index].name, lungseg.read(files[index]).voxels[0], None)
            for index in rng.permutation(len(files))[:pictures]
        ]
        for name, files in some.items()
    }


def wide_holes(finder: Finder, name: str, grey: Any, lesions: Any) -> Iterator[Hole]:
    """Yield the wide holes of one picture."""
    view, marks, lungs = finder.mark(grey[None])
    holes, sizes = label_holes(above_threshold(marks, finder.threshold)[0])
    shares = sizes / max(lungs.sum(), 1)
    for number in np.flatnonzero(shares[1:] >= WIDE) + 1:
        hole = holes == number
        inside = view.undo(hole.astype(np.float32)) >= 0.5
        if inside.any():
            yield Hole(
                name,
                float(shares[number]),
                float(np.median(marks[0][hole])) / 255,
                None if lesions is None else float(np.mean(lesions[inside])),
                bool(lungs[0][hole].all()),
                tile(grey, inside),
            )


def tile(grey: NDArray[np.uint8], inside: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Draw the contour of a hole into its picture."""
    scale = TILE / max(grey.shape)
    size = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
    small = cv2.cvtColor(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2BGR)
    hole = cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    contours, _ = cv2.findContours(hole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    drawn = cv2.drawContours(small, contours, -1, (0, 0, 255), 1)
    return np.pad(drawn, ((0, TILE - size[1]), (0, TILE - size[0]), (0, 0)))


def sheet(holes: list[Hole], columns: int = 6) -> NDArray[np.uint8]:
    """Lay tiles out in rows, each under the probability that was seen there."""
    tiles = [
        cv2.putText(hole.tile, f"{hole.median:.2f}", (4, 16), 0, 0.5, (0, 255, 255), 1)
        for hole in holes
    ]
    tiles += [np.zeros((TILE, TILE, 3), np.uint8)] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return np.vstack(rows)


if __name__ == "__main__":
    main()
