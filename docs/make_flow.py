"""Draw docs/pictures/flow.svg: what becomes of a phantom, from the file to the answer.

python docs/make_flow.py [--out FILE]

Every picture in it is what the library made of the phantom with the shipped weights.
"""

from __future__ import annotations

import argparse
import base64
from html import escape
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import lungseg
from lungseg.io.atomic import atomic_path
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window
from lungseg.report.overlay import overlay

#: Units of the drawing: width, side of a picture, distance of two rows.
_WIDTH, _TILE, _STEP = 520, 116, 168

RGB = NDArray[np.uint8]

#: Name, what it holds, and the stage that makes the next one of it.
_ROWS = (
    ("file, folder or array", "", "lungseg.read, with the doctor"),
    ("Scan", "HU or display grey, in the file's own grid", "LungMasker, BCDU-Net"),
    ("LungMask", "right and left lung, and a confidence", "RoiMultiply"),
    (
        "ROI",
        "multiplied, as here; covid-ct crops, and\nmultiplies what the network sees of it",
        "CTClassifier, EfficientNetB0",
    ),
    (
        "Prediction",
        "label, probability, prediction set,\nwarnings; with an infection stage\n"
        "the infected share",
        "",
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).parent / "pictures" / "flow.svg"
    parser.add_argument("--out", type=Path, default=default)
    path = parser.parse_args().out
    with atomic_path(path) as temporary:
        temporary.write_text(draw(pictures()), "utf-8")
    print(path)


def pictures() -> list[RGB | None]:
    """Make the picture of each row; None for what has none."""
    scan = lungseg.phantom(slices=1, size=256, opacities=4, seed=3)
    (item,) = lungseg.LungMasker.from_pretrained().transform([scan])
    (roi,) = lungseg.RoiMultiply().transform([item])
    (ill,) = lungseg.InfectionSegmenter.from_pretrained().predict([item])
    grey, lungs = _grey(scan), item.mask.axial()[0]
    return [
        None,
        overlay(grey),
        overlay(grey, lungs),
        overlay(_grey(roi)),
        overlay(grey, lungs, ill.axial()[0]),
    ]


def _grey(scan: lungseg.Scan) -> NDArray[np.uint8]:
    return Window().apply(scan.axial()[0])


def draw(tiles: list[RGB | None]) -> str:
    """Put the rows under each other, with arrows between them."""
    height = 60 + _STEP * (len(_ROWS) - 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="system-ui, sans-serif" role="img">',
        "<title>The way of the data</title>",
        f'<rect width="{_WIDTH}" height="{height}" rx="10" fill="#ffffff"/>',
    ]
    top = 12
    for (name, says, stage), tile in zip(_ROWS, tiles, strict=True):
        side = 34 if tile is None else _TILE
        parts += _row(top, side, name, says, tile)
        if stage:
            parts += _arrow(top + side + 2, stage)
        top += side + _STEP - _TILE
    return "\n".join([*parts, "</svg>\n"])


def _row(top: int, side: int, name: str, says: str, tile: RGB | None) -> list[str]:
    if tile is None:
        return [
            f'<rect x="12" y="{top}" width="{_WIDTH - 24}" height="{side}" rx="6" fill="#eef2f6"/>',
            _text(24, top + 23, name, size=16),
        ]
    lines = says.split("\n")
    text = [_text(148, top + 42, name, size=18, weight=600)]
    text += [_text(148, top + 66 + 20 * i, line) for i, line in enumerate(lines)]
    return [_image(top, tile), *text]


def _arrow(top: int, stage: str) -> list[str]:
    x = 12 + _TILE // 2
    return [
        f'<path d="M{x} {top} v36 m-6 -8 l6 10 l6 -10" fill="none" stroke="#0a6fb8" '
        'stroke-width="2.5"/>',
        _text(148, top + 24, stage, fill="#0a6fb8", weight=600),
    ]


def _text(
    x: int, y: int, words: str, *, size: int = 15, weight: int = 400, fill: str = "#1f2933"
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" '
        f'fill="{fill}">{escape(words)}</text>'
    )


def _image(top: int, tile: RGB) -> str:
    box = Letterbox((tile.shape[0], tile.shape[1]), (2 * _TILE, 2 * _TILE))
    framed = np.dstack([box.apply(channel) for channel in cv2.split(tile)])
    jpeg = cv2.imencode(".jpg", framed[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    encoded = base64.b64encode(jpeg.tobytes()).decode()
    return (
        f'<image x="12" y="{top}" width="{_TILE}" height="{_TILE}" '
        f'href="data:image/jpeg;base64,{encoded}"/>'
    )


if __name__ == "__main__":
    main()
