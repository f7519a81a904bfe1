from __future__ import annotations

import numpy as np

from lungseg.inference.infection_finder import _closed


def test_notches_are_filled_and_the_chest_wall_stays_out() -> None:
    lungs = np.zeros((60, 90), np.uint8)
    lungs[10:50, 10:40], lungs[10:50, 50:80] = 1, 2
    lungs[25:31, 10:16] = 0  # consolidation at the pleura that was cut off
    near = _closed(lungs, 9)
    assert near[25:31, 12:16].all()
    assert not near[:, :9].any()
    assert not near[20:40, 42:48].any()  # the lungs are not joined to each other
    assert near[lungs > 0].all()
