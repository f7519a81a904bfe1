from __future__ import annotations

import numpy as np

import lungseg
from lungseg.report.colours import INFECTION, LUNGS
from lungseg.report.overlay import montage, overlay, save_png


def test_both_lungs_are_outlined_in_their_colours(chest) -> None:
    scan, mask = chest
    rgb = montage(scan, mask, columns=2, rows=2)
    assert rgb.shape == (512, 512, 3)
    for colour in LUNGS.values():
        assert (rgb == colour).all(axis=2).any()
    assert not (montage(scan) == LUNGS[1]).all(axis=2).any()


def test_infection_has_colours_of_its_own_and_lies_over_the_lungs() -> None:
    lungs, infection = np.zeros((2, 40, 40), np.uint8)
    lungs[5:35, 5:35] = 1
    infection[5:15, 5:15], infection[20:30, 20:30] = 2, 3
    infection[lungs > infection] = 1
    rgb = overlay(np.zeros((40, 40), np.uint8), lungs, infection)
    assert rgb[5, 10].tolist() == list(INFECTION[2])
    assert rgb[20, 25].tolist() == list(INFECTION[3])
    assert rgb[5, 25].tolist() == list(LUNGS[1])
    assert not set(LUNGS.values()) & set(INFECTION.values())


def test_a_montage_outlines_what_is_infected(chest) -> None:
    scan, mask = chest
    classes = mask.lungs.astype(np.uint8)
    classes[6][scan.voxels[6] > -600] *= 2
    infection = lungseg.InfectionMask(classes, scan.affine)
    assert (montage(scan, mask, infection) == INFECTION[2]).all(axis=2).any()
    assert not (montage(scan, mask) == INFECTION[2]).all(axis=2).any()


def test_a_picture_is_shown_in_its_own_size(tmp_path) -> None:
    grey = np.random.default_rng(0).integers(0, 255, (1, 70, 90), np.uint8)
    scan = lungseg.Scan(grey, units="display")
    rgb = montage(scan)
    assert rgb.shape == (70, 90, 3)
    again = lungseg.read(save_png(rgb, tmp_path / "a.png"))
    assert np.array_equal(again.voxels, grey)
