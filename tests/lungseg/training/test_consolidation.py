from __future__ import annotations

import cv2
import numpy as np
import pytest

from lungseg.training.augment_slice import SliceAugmentation
from lungseg.training.consolidation import add_consolidation


@pytest.fixture
def pair(chest):
    scan, mask = chest
    return scan.axial()[6], mask.axial()[6] > 0


def test_a_part_of_the_lungs_becomes_as_dense_as_soft_tissue(pair) -> None:
    slice_hu, lungs = pair
    shares = []
    for seed in range(20):
        ill = add_consolidation(slice_hu, lungs, np.random.default_rng(seed))
        assert ill.dtype == np.int16
        shares.append((ill[lungs] > -200).mean())
    assert min(shares) > (slice_hu[lungs] > -200).mean()
    # From a little to most of a lung.
    assert min(shares) < 0.2
    assert max(shares) > 0.35


def test_around_the_lungs_only_half_filled_pixels_change(pair) -> None:
    slice_hu, lungs = pair
    near = cv2.dilate(lungs.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    for seed in range(10):
        ill = add_consolidation(slice_hu, lungs, np.random.default_rng(seed))
        assert np.array_equal(ill[~near], slice_hu[~near])
        assert (ill[near & ~lungs] >= slice_hu[near & ~lungs]).all()


def test_bronchi_stay_dark(pair) -> None:
    _, lungs = pair
    solid = np.where(lungs, -300, 40).astype(np.int16)
    airy = [
        (add_consolidation(solid, lungs, np.random.default_rng(seed))[lungs] < -450).any()
        for seed in range(20)
    ]
    assert 8 < sum(airy) < 20


def test_without_lungs_nothing_changes(pair) -> None:
    slice_hu, lungs = pair
    empty = np.zeros_like(lungs)
    assert add_consolidation(slice_hu, empty, np.random.default_rng(0)) is slice_hu


def test_training_sees_it_with_the_lungs_label_kept(pair) -> None:
    slice_hu, lungs = pair
    augment = SliceAugmentation(64, crop=False)
    marked = [augment(slice_hu, lungs, np.random.default_rng(seed)) for seed in range(40)]
    bright = [(grey[mask > 250] > 120).mean() for grey, mask in marked]
    assert max(bright) > 0.4
