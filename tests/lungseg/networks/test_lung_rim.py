from __future__ import annotations

import cv2
import numpy as np
import pytest

from lungseg.backend import keras
from lungseg.networks.lung_rim import LungRim


def parted(lungs: np.ndarray, depth: float) -> tuple[np.ndarray, np.ndarray]:
    found = np.asarray(LungRim(depth)(lungs[None, ..., None])[0])
    whole, rim, deep = np.moveaxis(found, -1, 0)
    assert np.array_equal(whole, lungs)
    return rim, deep


def test_what_lies_deeper_is_the_lungs_eroded() -> None:
    lungs = np.zeros((40, 60), np.float32)
    cv2.ellipse(lungs, (20, 20), (14, 17), 0, 0, 360, 1, -1)
    cv2.ellipse(lungs, (50, 12), (13, 9), 0, 0, 360, 0.5, -1)
    rim, deep = parted(lungs, 0.05)
    eroded = cv2.erode(lungs, np.ones((5, 7)), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    assert np.array_equal(deep, eroded)
    assert np.array_equal(rim + deep, lungs)
    assert 0 < deep.sum() < lungs.sum()


def test_small_lungs_are_rim_alone() -> None:
    lungs = np.zeros((20, 20), np.float32)
    lungs[5:8, 5:12] = 1
    rim, deep = parted(lungs, 0.1)
    assert deep.max() == 0
    assert np.array_equal(rim, lungs)


@pytest.mark.parametrize("depth", [0, 0.5, -0.1])
def test_a_rim_that_is_none_or_everything_is_refused(depth: float) -> None:
    with pytest.raises(ValueError, match=r"share of the picture, below \.5"):
        LungRim(depth)


def test_it_is_stored_with_its_depth() -> None:
    assert LungRim.from_config(LungRim(0.07).get_config()).depth == 0.07
    assert keras.saving.get_registered_object("lungseg>LungRim") is LungRim
