from __future__ import annotations

import numpy as np
import pytest

from lungseg.phantoms.grid import EXTENT, Grid, make_grid
from lungseg.phantoms.tubes import draw_tubes, join, tube


@pytest.fixture
def straight() -> Grid:
    """Make a grid without any bend: 4 slices, pixels of 2.8125 mm."""
    bent = make_grid((4, 128, 128), np.random.default_rng(0))
    none = np.zeros_like(bent.x)
    return Grid(bent.z, bent.y - bent.bend[0], bent.x - bent.bend[1], bent.pixel, (none, none))


def test_upright_tube_is_a_disc_in_every_slice(straight: Grid) -> None:
    drawn = draw_tubes(straight, tube([(0, 0, 40), (1, 0, 40)], [20, 20]))
    area = np.pi * 20**2 / straight.pixel**2
    assert drawn.sum(axis=(1, 2)) == pytest.approx(np.full(4, area), rel=0.05)
    rows, columns = np.nonzero(drawn[2] > 0.5)
    assert rows.mean() == pytest.approx(63.5, abs=0.1)
    assert columns.mean() == pytest.approx(63.5 + 40 / straight.pixel, abs=0.1)


def test_tube_tapers(straight: Grid) -> None:
    areas = draw_tubes(straight, tube([(0, 0, 0), (1, 0, 0)], [30, 10])).sum(axis=(1, 2))
    assert (np.diff(areas) < 0).all()


def test_level_tube_stays_in_the_slices_it_touches(straight: Grid) -> None:
    center = float(straight.z[1, 0, 0])
    drawn = draw_tubes(straight, tube([(center, 0, -50), (center, 0, 50)], [6, 6]))
    assert (drawn.max(axis=(1, 2)) > 0.9).tolist() == [False, True, False, False]
    between = center + 0.5 * 75 / EXTENT[0]
    assert draw_tubes(straight, tube([(between, 0, -50), (between, 0, 50)], [6, 6])).max() == 0


def test_beyond_the_grid_nothing_is_drawn(straight: Grid) -> None:
    outside = tube([(0.5, 500, 500), (0.7, 500, 500)], [5, 5])
    inside = tube([(0, 0, 0), (1, 0, 0)], [5, 5])
    assert draw_tubes(straight, outside).max() == 0
    both = draw_tubes(straight, join([outside, inside]))
    assert (both == draw_tubes(straight, inside)).all()
