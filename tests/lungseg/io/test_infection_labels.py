from __future__ import annotations

import numpy as np
import pytest

import lungseg
from lungseg.infection_mask import KINDS, InfectionMask
from lungseg.io.infection_labels import read_infection
from lungseg.scan import Scan


@pytest.fixture
def scan() -> Scan:
    return Scan(np.zeros((1, 4, 4), np.uint8), units="display")


@pytest.mark.parametrize("scale", [1, 255])
def test_infection_alone(scan: Scan, scale: int) -> None:
    mask = np.zeros((4, 4), np.uint8)
    mask[1] = scale
    labels = read_infection(mask, scan)
    assert labels.infection[0, 1].tolist() == [255] * 4
    assert labels.lungs is None
    assert labels.dense is None


def test_soft_labels_stay_soft(scan: Scan) -> None:
    assert read_infection(np.full((4, 4), 0.5), scan).infection[0, 0, 0] == 128
    assert read_infection(np.array([[100, 255, 0, 7]] * 4), scan).infection[0, 0].tolist() == [
        100, 255, 0, 7,
    ]  # fmt: skip


def test_class_numbers_bring_lungs_and_kinds(scan: Scan) -> None:
    numbers = np.array([[0, 1, 2, 2]] * 4, np.uint8)
    labels = read_infection(numbers, scan)
    assert labels.lungs[0, 0].tolist() == [0, 255, 255, 255]
    assert labels.infection[0, 0].tolist() == [0, 0, 255, 255]
    assert labels.dense is None
    kinds = read_infection(np.array([[0, 1, 2, 3]] * 4, np.uint8), scan)
    assert kinds.dense[0, 0].tolist() == [0, 0, 0, 255]


def test_an_infection_mask_says_itself_what_its_numbers_are(scan: Scan) -> None:
    healthy = InfectionMask(np.ones((1, 4, 4), np.uint8))
    labels = read_infection(healthy, scan)
    assert not labels.infection.any()
    assert labels.lungs.all()
    glass = InfectionMask(np.full((1, 4, 4), 2, np.uint8), classes=KINDS)
    assert read_infection(glass, scan).dense is not None


def test_another_size_is_one_clear_error(scan: Scan) -> None:
    with pytest.raises(lungseg.InputError, match="own grid"):
        read_infection(np.zeros((5, 4)), scan)
