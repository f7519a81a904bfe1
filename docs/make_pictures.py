"""Draw the pictures of docs/preprocessing.md: what each transform makes of a phantom.

python docs/make_pictures.py [--out FOLDER]

Each picture shows the scan, what was made of it, and the mask of the lungs that was transformed
with it and then brought back to the scan. The phantom belongs to nobody.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import lungseg
from lungseg.preprocess import Transformed
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.registry import build, names
from lungseg.preprocess.window import Window
from lungseg.report.overlay import overlay, save_png
from lungseg.scan import LungMask, Scan

#: Height of a picture in pixels.
_HEIGHT = 160

#: Parameters that differ from the defaults, so that something can be seen.
_SHOWN = {"hu_window": {"low": -160.0, "high": 240.0}}

RGB = NDArray[np.uint8]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "pictures")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    for name in names():
        # Trimming is seen on a volume only.
        slices = 6 if name == "trim" else 1
        scan, mask = lungseg.phantom(slices, 256, opacities=4, seed=3, return_mask=True)
        made = build(name, **_SHOWN.get(name, {})).transform(scan, mask)
        print(save_png(draw(scan, made), folder / f"{name}.png"))


def draw(scan: Scan, made: Transformed) -> RGB:
    """Put the scan, what was made of it, and the mask that came back side by side."""
    assert made.mask is not None  # noqa: S101 - every phantom has one
    back = LungMask(made.restore(made.mask.voxels), scan.affine)
    parts = [tiles(scan), tiles(made.scan), tiles(scan, back)]
    gap = np.full((_HEIGHT, 6, 3), 255, np.uint8)
    return np.hstack([parts[0], gap, parts[1], gap, parts[2]])


def tiles(scan: Scan, mask: LungMask | None = None) -> RGB:
    """Put the slices of a scan side by side, with the outlines of its lungs; of many in rows."""
    slices = scan.axial()
    rows = 1 if len(slices) == scan.parts else 3
    height = _HEIGHT // rows
    width = round(height * slices.shape[2] / slices.shape[1])
    box = Letterbox((slices.shape[1], slices.shape[2]), (height, width))
    shown = []
    for number, part in enumerate(slices):
        # Few greys and no noise: the files stay small.
        grey = cv2.medianBlur(np.ascontiguousarray(Window().apply(part)), 3) // 16 * 17
        labels = None if mask is None else box.apply(mask.axial()[number], label=True)
        shown.append(overlay(box.apply(grey) // 16 * 17, labels))
    if len(shown) > 1:
        shown = [
            np.pad(tile[1:-1, 1:-1], ((1, 1), (1, 1), (0, 0)), constant_values=255)
            for tile in shown
        ]
    across = -(-len(shown) // rows)
    shown += [np.full_like(shown[0], 255)] * (rows * across - len(shown))
    lines = [np.hstack(shown[row * across : (row + 1) * across]) for row in range(rows)]
    whole = np.vstack(lines)
    return np.pad(whole, ((0, _HEIGHT - len(whole)), (0, 0), (0, 0)), constant_values=255)


if __name__ == "__main__":
    main()
