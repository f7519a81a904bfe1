from __future__ import annotations

import numpy as np
import pytest

from lungseg.training.augment_picture import PictureAugmentation
from lungseg.training.augment_slice import SliceAugmentation
from lungseg.training.hold_out import hold_out
from lungseg.training.slice_data import SliceData


def test_slice_and_mask_move_together(chest) -> None:
    scan, mask = chest
    slice_hu, lungs = scan.axial()[6], mask.axial()[6] > 0
    marker = np.where(lungs, -1000, 400).astype(np.int16)
    augment = SliceAugmentation(64)
    contrasts = []
    for seed in range(30):
        grey, label = augment(marker, lungs, np.random.default_rng(seed))
        inside, outside = grey[label == 255], grey[label == 0]
        if len(inside) and len(outside):
            contrasts.append(np.median(inside) < np.percentile(outside, 90))
    assert np.mean(contrasts) > 0.9
    assert slice_hu.dtype == np.int16


@pytest.mark.parametrize("seed", [0, 1])
def test_augmentation_is_decided_by_its_generator(chest, seed) -> None:
    scan, mask = chest
    pair = scan.axial()[6], mask.axial()[6] > 0
    first, second = (SliceAugmentation(48)(*pair, np.random.default_rng(seed)) for _ in range(2))
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    grey = first[0]
    one, two = (PictureAugmentation()(grey, np.random.default_rng(seed)) for _ in range(2))
    assert (one == two).all()


def test_each_epoch_differs_and_can_be_had_again(chest) -> None:
    scan, mask = chest
    slices, masks = list(scan.axial()[4:8]), list(mask.axial()[4:8] > 0)

    def data() -> SliceData:
        return SliceData(slices, masks, size=32, augment=SliceAugmentation(32))

    going = data()
    first = going[0][0]
    going.on_epoch_end()
    second = going[0][0]
    jumped = data()
    jumped.epoch = 1
    assert not np.array_equal(first, second)
    assert np.array_equal(jumped[0][0], second)


def test_without_augmentation_the_order_is_kept(chest) -> None:
    scan, mask = chest
    data = SliceData(list(scan.axial()), list(mask.axial() > 0), size=96, batch_size=5)
    assert len(data) == 3
    assert np.array_equal(data[1][1][0, :, 3:93, 0] > 0, mask.axial()[5] > 0)


def test_hold_out_keeps_patients_together() -> None:
    groups = [number // 3 for number in range(30)]
    keep, aside = hold_out(groups, 0.3, seed=4)
    assert sorted(keep + aside) == list(range(30))
    assert not {groups[i] for i in keep} & {groups[i] for i in aside}
    assert len(aside) == 9
    with pytest.raises(ValueError, match="cannot be split"):
        hold_out(["a", "a"], 0.5)
