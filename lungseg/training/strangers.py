"""Pictures that are no chest CT, for a masker to learn to find nothing in."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

#: Photographs that come with scikit-image. Its cat is left to the tests.
_PHOTOGRAPHS = (
    "astronaut.png", "brick.png", "camera.png", "cell.png", "coffee.png", "coins.png",
    "grass.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png", "moon.png",
    "motorcycle_left.png", "page.png", "retina.jpg", "rocket.jpg", "text.png",
)  # fmt: skip


def strangers(count: int, *, seed: int = 0) -> list[Grey]:
    """Make pictures without lungs: photographs, X-rays of phantoms, heads, plain noise.

    Parameters
    ----------
    count : int
    seed : int

    Returns
    -------
    list of uint8 arrays of shape (256, 256)

    Examples
    --------
    >>> [picture.shape for picture in strangers(3)]
    [(256, 256), (256, 256), (256, 256)]
    """
    rng = np.random.default_rng(seed)
    kinds = (_photograph, _head, _xray, _noise)
    return [kinds[index % len(kinds)](rng) for index in range(count)]


def _photograph(rng: np.random.Generator) -> Grey:
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    name = _PHOTOGRAPHS[int(rng.integers(len(_PHOTOGRAPHS)))]
    picture = cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE)
    if picture is None:  # another release of scikit-image
        return _noise(rng)
    side = int(min(picture.shape) * rng.uniform(0.5, 1))
    top, left = (int(rng.integers(length - side + 1)) for length in picture.shape)
    return np.asarray(cv2.resize(picture[top : top + side, left : left + side], (256, 256)))


def _head(rng: np.random.Generator) -> Grey:
    """Draw a slice of a head in a random window: skull, brain, ventricles, sinuses."""
    grey = np.full((256, 256), rng.integers(0, 12), np.float32)
    centre = (128 + int(rng.integers(-15, 16)), 128 + int(rng.integers(-15, 16)))
    axes = (int(rng.integers(62, 90)), int(rng.integers(80, 112)))
    brain = rng.uniform(90, 190)
    for grow, shade in ((10, brain * 0.9), (5, 255.0), (0, brain)):
        cv2.ellipse(grey, centre, (axes[0] + grow, axes[1] + grow), 0, 0, 360, shade, -1)
    ventricle = brain * rng.uniform(0.3, 0.85)
    for side in (-1, 1):
        x = centre[0] + side * int(rng.integers(8, 22))
        size = (int(rng.integers(4, 13)), int(rng.integers(14, 40)))
        cv2.ellipse(grey, (x, centre[1]), size, side * 12, 0, 360, ventricle, -1)
        if rng.random() < 0.5:  # air in the sinuses
            x = centre[0] + side * int(rng.integers(10, 40))
            size = (int(rng.integers(5, 22)), int(rng.integers(5, 22)))
            cv2.ellipse(grey, (x, centre[1] - axes[1] // 2), size, 0, 0, 360, 4.0, -1)
    blurred = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.8, 2))
    noisy = blurred + rng.normal(0, rng.uniform(1, 12), grey.shape) * (blurred > 15)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _xray(rng: np.random.Generator) -> Grey:
    """Project a phantom from front to back, as an X-ray does."""
    from lungseg.phantoms import phantom

    volume = phantom(64, 96, seed=int(rng.integers(1000))).voxels.astype(np.float32)
    depth = np.clip(volume + 1000, 0, None).mean(axis=1)[::-1]
    low, high = np.percentile(depth, (rng.uniform(0, 5), rng.uniform(95, 100)))
    grey = np.clip((depth - low) / max(float(high - low), 1.0), 0, 1) ** rng.uniform(0.6, 1.4)
    return np.asarray(cv2.resize((grey * 255).astype(np.uint8), (256, 256)))


def _noise(rng: np.random.Generator) -> Grey:
    """Clouds of noise of a random grain, sometimes nearly flat."""
    coarse = rng.standard_normal((int(rng.integers(4, 65)),) * 2, np.float32)
    cloud = cv2.resize(coarse, (256, 256), interpolation=cv2.INTER_CUBIC)
    cloud = rng.uniform(0, 255) + cloud * rng.uniform(2, 80)
    return np.clip(cloud + rng.normal(0, rng.uniform(0, 20), cloud.shape), 0, 255).astype(np.uint8)
