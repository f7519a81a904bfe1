"""Letters, arrows and rulers, burnt into training pictures as into published ones."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def burn_annotations(grey: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one to four marks at random places.

    Parameters
    ----------
    grey : uint8 array of shape (rows, columns)
    rng : numpy.random.Generator

    Returns
    -------
    uint8 array of shape (rows, columns)

    Examples
    --------
    >>> marked = burn_annotations(np.zeros((64, 64), np.uint8), np.random.default_rng(0))
    >>> bool(marked.any())
    True
    """
    marked = grey.copy()
    draw = (_letters, _arrow, _ruler)
    for _ in range(rng.integers(1, 5)):
        draw[rng.integers(len(draw))](marked, rng)
    return marked


def _point(grey: NDArray[np.uint8], rng: np.random.Generator) -> tuple[int, int]:
    rows, columns = grey.shape
    return int(rng.integers(columns)), int(rng.integers(rows))


def _shade(rng: np.random.Generator) -> int:
    return 255 if rng.random() < 0.8 else int(rng.integers(256))


def _letters(grey: NDArray[np.uint8], rng: np.random.Generator) -> None:
    alphabet = "ABCDEFHLRSIMP0123456789"
    text = "".join(alphabet[i] for i in rng.integers(len(alphabet), size=rng.integers(1, 7)))
    scale = min(grey.shape) / 512 * rng.uniform(0.6, 2.0)
    thickness = max(1, round(2 * scale))
    cv2.putText(
        grey, text, _point(grey, rng), cv2.FONT_HERSHEY_SIMPLEX, scale, _shade(rng), thickness
    )


def _arrow(grey: NDArray[np.uint8], rng: np.random.Generator) -> None:
    x, y = _point(grey, rng)
    length = min(grey.shape) * rng.uniform(0.04, 0.12)
    angle = rng.uniform(0, 2 * np.pi)
    tip = (round(x + length * np.cos(angle)), round(y + length * np.sin(angle)))
    thickness = max(1, round(length / 8))
    cv2.arrowedLine(grey, (x, y), tip, _shade(rng), thickness, tipLength=0.4)


def _ruler(grey: NDArray[np.uint8], rng: np.random.Generator) -> None:
    rows, columns = grey.shape
    x = round(columns * (0.03 if rng.random() < 0.5 else 0.95))
    ticks = np.linspace(rows * 0.2, rows * 0.8, int(rng.integers(5, 15))).round().astype(int)
    shade, width = _shade(rng), max(2, columns // 60)
    for y in ticks.tolist():
        cv2.line(grey, (x, y), (x + width, y), shade, 1)
