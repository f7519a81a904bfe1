"""What the transforms of S0 and S1 leave of the lungs, judged by the masker, without any label.

python benchmarks/preprocess.py --data DATA [--split val] [--only NAME ...] [--published 20]
    [--json FILE]

On a split of covid_ct. The last row is the active contour as S0 published it, on the
first pictures only: it takes seconds each.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.filters import gaussian
from skimage.segmentation import active_contour

import lungseg
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.manifest import read_manifest
from lungseg.preprocess import ActiveContour, BlurMask, BodyCrop, RemoveBackground, ScanTransform
from lungseg.scan import MaskedScan

Kept = NDArray[np.bool_]

TRANSFORMS: dict[str, ScanTransform] = {
    "remove_background": RemoveBackground(),
    "body_crop": BodyCrop(),
    "active_contour": ActiveContour(),
    "blur_mask 60, 200": BlurMask([(60, 200)]),
    "blur_mask 40, 170": BlurMask([(40, 170)]),
}

PUBLISHED = "active contour as published"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="val", choices=["train", "val"])
    parser.add_argument("--only", nargs="*", default=[*TRANSFORMS, PUBLISHED])
    parser.add_argument("--published", type=int, default=20)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = read_manifest(given.data / "covid_ct/manifest.csv", label="class").split(given.split)
    items = lungseg.LungMasker.from_pretrained().transform(rows.files)
    kinds: dict[str, Callable[[MaskedScan], tuple[Kept, bool]]] = {
        name: lambda item, transform=transform: kept_by(transform, item)  # type: ignore[misc]
        for name, transform in TRANSFORMS.items()
    }
    kinds[PUBLISHED] = published
    result = {}
    for name in given.only:
        chosen = items[: given.published] if name == PUBLISHED else items
        result[name] = figures(kinds[name], chosen, rows.patients[: len(chosen)])
        print(f"{name}: {result[name]}", flush=True)
    if given.json:
        given.json.write_text(json.dumps(result, indent=2), "utf-8")


def figures(
    kind: Callable[[MaskedScan], tuple[Kept, bool]], items: list[MaskedScan], patients: list[Any]
) -> dict[str, Any]:
    """Share of the lungs and of the rest that is kept, and seconds a picture."""
    lungs, rest, whole = [], [], 0
    began = time.monotonic()
    for item in items:
        kept, passed = kind(item)
        whole += passed
        lungs.append(kept[item.mask.lungs].mean() if item.mask.lungs.any() else np.nan)
        rest.append(kept[~item.mask.lungs].mean())
    taken = time.monotonic() - began

    def mean(values: list[float]) -> str:
        return str(bootstrap_estimate(np.nanmean, patients, np.array(values), repeats=500))

    return {
        "n": len(items),
        "lung kept": mean(lungs),
        "pictures that lose more than 10 % of their lungs": int((np.array(lungs) < 0.9).sum()),
        "rest kept": mean(rest),
        "passed whole": whole,
        "seconds each": round(taken / len(items), 3),
    }


def kept_by(transform: ScanTransform, item: MaskedScan) -> tuple[Kept, bool]:
    """Mark what a transform keeps, and say whether it found nothing and passed the picture."""
    # Ones and a scan's own voxels tell what became air from what was black.
    made = transform.transform(item.scan)
    shown = made.restore(np.ones(made.scan.shape, bool))
    same = made.restore(made.scan.voxels) == item.scan.voxels
    return shown & same, len(made.scan.findings) > len(item.scan.findings)


def published(item: MaskedScan) -> tuple[Kept, bool]:
    """Run the snake of S0 as it stands: a circle of radius 250 on a picture of 512 pixels."""
    grey = cv2.resize(item.scan.voxels[0], (512, 512), interpolation=cv2.INTER_AREA)
    turn = np.linspace(0, 2 * np.pi, 500)
    circle = np.stack([256 + 250 * np.sin(turn), 256 + 250 * np.cos(turn)], axis=1)
    curve = active_contour(gaussian(grey, 3), circle, alpha=0.1, beta=10, gamma=0.001)
    held = np.zeros((512, 512), np.uint8)
    cv2.fillPoly(held, [np.rint(curve[:, ::-1]).astype(np.int32)], 1)
    rows, columns = item.scan.shape[1:]
    return cv2.resize(held, (columns, rows), interpolation=cv2.INTER_NEAREST)[None] > 0, False


if __name__ == "__main__":
    main()
