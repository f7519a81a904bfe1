from __future__ import annotations

import numpy as np

import lungseg
from lungseg.report.tiles import heat_tiles, tiles


def test_the_slice_with_the_most_infection_is_always_shown(chest) -> None:
    scan, mask = chest
    with_lung = np.flatnonzero(mask.axial().any(axis=(1, 2)))
    for number in with_lung:
        classes = mask.lungs.astype(np.uint8)
        classes[number] *= 2
        infection = lungseg.InfectionMask(classes, scan.affine)
        shown = [tile.number for tile in tiles(scan, mask, infection, count=3)]
        assert number in shown
        assert len(shown) == 3
        assert shown == sorted(shown)


def test_a_crop_holds_the_lungs_in_their_proportions(chest) -> None:
    scan, mask = chest
    rows, columns = (np.ptp(np.flatnonzero(mask.lungs.any(axis=a))) for a in ((0, 2), (0, 1)))
    (tile,) = tiles(scan, mask, count=1, size=300, crop=True)
    assert max(tile.rgb.shape[:2]) == 300
    assert abs(tile.rgb.shape[1] / tile.rgb.shape[0] - columns / rows) < 0.1


def test_without_lungs_the_whole_slice_is_shown(chest) -> None:
    scan, mask = chest
    empty = lungseg.LungMask(np.zeros_like(mask.voxels), mask.affine)
    shown = tiles(scan, empty, count=2, size=96, crop=True)
    assert [tile.number for tile in shown] == [0, len(scan.voxels) - 1]
    assert shown[0].rgb.shape == (96, 90, 3)


def test_heat_is_shown_where_there_is_any(chest) -> None:
    scan, mask = chest
    heat = np.zeros(scan.shape, np.float32)
    heat[4:7, 40:60, 40:60] = 1
    shown = heat_tiles(scan, lungseg.Heatmap(heat, scan.affine), mask, count=2)
    assert [tile.number for tile in shown] == [4, 6]
    # The heat is warm: more red than blue.
    red, _, blue = np.moveaxis(shown[0].rgb.astype(int), 2, 0)
    assert (red - blue).max() > 40
