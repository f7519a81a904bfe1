from __future__ import annotations

import numpy as np

from lungseg.postprocess.keep_lungs import keep_lungs
from lungseg.postprocess.sides import label_sides


def test_debris_goes_holes_are_filled_and_lungs_stay() -> None:
    mask = np.zeros((3, 40, 60), bool)
    mask[:, 5:35, 5:25] = mask[:, 5:35, 35:55] = True
    whole = mask.copy()
    mask[1, 10:14, 10:14] = False
    mask[0, 0, 59] = True
    assert np.array_equal(keep_lungs(mask), whole)


def test_a_dome_of_the_liver_stays_open_in_the_slices_it_rises_into() -> None:
    mask = np.zeros((3, 40, 60), bool)
    mask[:, 5:35, 5:25] = mask[:, 5:35, 35:55] = True
    whole = mask.copy()
    mask[1, 12:22, 9:19] = mask[2, 12:22, 9:19] = False
    marks = mask * np.uint8(250)
    marks[2, 12:22, 9:19] = 90  # consolidation that is doubted
    kept = keep_lungs(mask, marks)
    assert np.array_equal(kept[1], mask[1])
    assert np.array_equal(kept[2], whole[2])
    assert np.array_equal(keep_lungs(mask), whole)


def test_an_empty_mask_stays_empty() -> None:
    empty = np.zeros((2, 8, 8), bool)
    assert not keep_lungs(empty).any()
    assert not label_sides(empty).any()


def test_a_picture_on_its_side_has_no_sides_even_where_the_lungs_touch() -> None:
    mask = np.zeros((1, 60, 64), bool)  # nearly square: the shape says nothing
    mask[0, 5:55, 5:28] = mask[0, 5:55, 36:59] = True
    mask[0, 6:12, 28:36] = True
    turned = np.ascontiguousarray(np.rot90(mask, axes=(1, 2)))
    assert set(np.unique(label_sides(mask, upright=False))) == {0, 1, 2}
    assert set(np.unique(label_sides(turned, upright=False))) == {0, 1}


def test_a_single_lung_takes_the_side_it_lies_on() -> None:
    for columns, side in ((slice(5, 25), 1), (slice(35, 55), 2)):
        mask = np.zeros((1, 40, 60), bool)
        mask[0, 5:35, columns] = True
        assert set(np.unique(label_sides(mask))) == {0, side}


def test_lungs_that_touch_in_front_are_cut_where_they_touch() -> None:
    mask = np.zeros((2, 60, 80), bool)
    mask[:, 10:50, 8:38] = mask[:, 10:50, 42:72] = True
    mask[0, 10:13, 38:42] = True
    labels = label_sides(mask)
    assert (labels[:, 20, 8:38] == 1).all()
    assert (labels[:, 20, 42:72] == 2).all()
    assert (labels[0, 11, 36:44] > 0).all()


def test_sides_that_cannot_be_told_are_one() -> None:
    blob = np.zeros((1, 60, 60), bool)
    blob[0, 10:50, 10:50] = True
    assert set(np.unique(label_sides(blob))) == {0, 1}


def test_sides_of_a_picture_on_its_side_are_one() -> None:
    mask = np.zeros((1, 80, 60), bool)
    mask[0, 5:35, 10:50] = mask[0, 45:75, 10:50] = True
    assert set(np.unique(label_sides(mask, upright=False))) == {0, 1}
