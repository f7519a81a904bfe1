from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import lungseg
from lungseg.evaluation.duplicates import near_duplicates
from lungseg.preprocess.window import Window

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    """Slices at one height of six patients: alike, but no copies."""
    scans = [lungseg.phantom(slices=1, size=192, seed=seed, opacities=4) for seed in range(6)]
    return [np.ascontiguousarray(Window().apply(scan.voxels[0])) for scan in scans]


def _found(a: list[Picture], b: list[Picture]) -> list[tuple[int, int]]:
    return sorted((pair.a, pair.b) for pair in near_duplicates(a, b))


def _jpeg(picture: Picture) -> Picture:
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], 0)


def _trimmed(picture: Picture) -> Picture:
    return cv2.resize(picture[8:-4, 5:-7], (150, 150))


@pytest.mark.parametrize(
    "copy",
    [
        lambda p: p.copy(),
        _jpeg,
        _trimmed,
        lambda p: cv2.resize(p, (301, 257)),
        lambda p: (p * 0.6 + 40).astype(np.uint8),
        lambda p: np.repeat(p[..., None], 3, axis=2),
        lambda p: p.astype(np.int16) * 16 - 1000,
    ],
    ids=["same", "jpeg", "trimmed", "scaled", "brightness", "rgb", "int16"],
)
def test_copies_are_found_and_nothing_else(pictures: list[Picture], copy) -> None:
    copies = [copy(pictures[4]), copy(pictures[1])]
    assert _found(pictures, copies) == [(1, 1), (4, 0)]


def test_mirrored_is_another_picture(pictures: list[Picture]) -> None:
    assert (0, 0) not in _found(pictures[:1], [np.ascontiguousarray(pictures[0][:, ::-1])])


def test_noise_and_blank_pictures_match_nothing() -> None:
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 255, (80, 80), np.uint8) for _ in range(4)]
    blank = np.full((80, 80), 7, np.uint8)
    assert _found([*noise[:2], blank], [*noise[2:], blank]) == []


def test_most_alike_first_and_in_chunks() -> None:
    rng = np.random.default_rng(1)
    many = [rng.integers(0, 255, (16, 16), np.uint8) for _ in range(300)]
    blurred = cv2.GaussianBlur(many[2], (0, 0), 0.4)
    pairs = near_duplicates(many, [blurred, many[290]])
    assert [(pair.a, pair.b) for pair in pairs] == [(290, 1), (2, 0)]
    assert pairs[0].correlation == pytest.approx(1)
    assert 0.95 <= pairs[1].correlation < 1


def test_nothing_to_compare(pictures: list[Picture]) -> None:
    assert near_duplicates([], pictures) == near_duplicates(pictures, []) == []


@pytest.mark.data
def test_the_two_known_pairs_of_covid_ct(data) -> None:
    folder = data / "covid_ct"
    train, test = ("NonCOVID/71%0.jpg", "NonCOVID/71%1.jpg"), ("p5-29.png", "p5-31.png")
    first = [cv2.imread(str(folder / name)) for name in train]
    second = [cv2.imread(str(folder / f"COVID/kjr-21-e24-{name}")) for name in test]
    assert _found(first, second) == [(0, 0), (1, 1)]
