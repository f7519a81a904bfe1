from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from lungseg.evaluation.surface import hausdorff95, surface_dice


def ball(radius: float, centre=(20, 20, 20), spacing=(1.0, 1.0, 1.0)) -> np.ndarray:
    grid = np.indices((41, 41, 41)).astype(float)
    axes = [(g - c) * s for g, c, s in zip(grid, centre, spacing, strict=True)]
    return sum(axis**2 for axis in axes) <= radius**2


def test_a_shift_by_a_known_distance() -> None:
    cube = np.zeros((30, 30, 30), bool)
    cube[8:20, 8:20, 8:20] = True
    for axis, step in enumerate((2.0, 0.7, 1.3)):
        moved = np.roll(cube, 3, axis=axis)
        assert hausdorff95(cube, moved, spacing=(2.0, 0.7, 1.3)) == pytest.approx(3 * step)


def test_concentric_balls_differ_by_their_radii() -> None:
    assert hausdorff95(ball(8), ball(12)) == pytest.approx(4, abs=0.5)
    assert surface_dice(ball(8), ball(12), tolerance=5) == 1
    assert surface_dice(ball(8), ball(12), tolerance=2) == 0


def test_the_share_of_the_surface_is_counted() -> None:
    a = np.zeros((40, 40), bool)
    a[10:30, 10:30] = True
    b = a.copy()
    b[10:30, 30:35] = True  # one of four sides moves by 5
    share = surface_dice(a, b, tolerance=1)
    assert 0.6 < share < 0.85
    assert hausdorff95(a, b) == pytest.approx(5, abs=1)


def test_agrees_with_the_full_hausdorff_distance_of_simpleitk() -> None:
    rng = np.random.default_rng(0)
    for seed in range(3):
        a, b = ball(7), ball(9, centre=tuple(rng.integers(18, 23, 3)))
        spacing = (1.5, 0.8, 0.6)
        full = sitk.HausdorffDistanceImageFilter()
        images = [sitk.GetImageFromArray(mask.astype(np.uint8)) for mask in (a, b)]
        for image in images:
            image.SetSpacing(spacing[::-1])
        full.Execute(*images)
        ours = hausdorff95(a, b, spacing=spacing)
        assert 0 < ours <= full.GetHausdorffDistance() + 1e-6, seed
        assert ours > 0.5 * full.GetHausdorffDistance()


def test_empty_masks_and_wrong_shapes() -> None:
    empty, full = np.zeros((5, 5), bool), np.ones((5, 5), bool)
    assert surface_dice(empty, empty, tolerance=1) == 1
    assert surface_dice(empty, full, tolerance=1) == 0
    assert hausdorff95(empty, empty) == 0
    assert hausdorff95(empty, full) == np.inf
    with pytest.raises(ValueError, match="one shape"):
        hausdorff95(empty, np.ones((4, 4)))
    with pytest.raises(ValueError, match="spacings"):
        hausdorff95(full, full, spacing=(1, 1, 1))
