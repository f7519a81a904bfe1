from __future__ import annotations

import numpy as np

import lungseg
from lungseg.report.overlay import COLOURS, montage, save_png


def test_both_lungs_are_outlined_in_their_colours(chest) -> None:
    scan, mask = chest
    rgb = montage(scan, mask, columns=2, rows=2)
    assert rgb.shape == (512, 512, 3)
    for colour in COLOURS.values():
        assert (rgb == colour).all(axis=2).any()
    assert not (montage(scan) == COLOURS[1]).all(axis=2).any()


def test_a_picture_is_shown_in_its_own_size(tmp_path) -> None:
    grey = np.random.default_rng(0).integers(0, 255, (1, 70, 90), np.uint8)
    scan = lungseg.Scan(grey, units="display")
    rgb = montage(scan)
    assert rgb.shape == (70, 90, 3)
    again = lungseg.read(save_png(rgb, tmp_path / "a.png"))
    assert np.array_equal(again.voxels, grey)
