from __future__ import annotations

import numpy as np
import pytest

from lungseg.inference.average_views import average_views
from lungseg.preprocess.letterbox import Letterbox

SLICE = np.zeros((80, 120), np.uint8)
SLICE[20:60, 30:90] = 255


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


@pytest.mark.parametrize("sizes", [(64, 96), (96, 64), ((64, 64), (96, 128), (64, 96))])
def test_marks_come_to_their_place_in_the_first_frame(sizes) -> None:
    # The borders of these frames are no multiples of each other.
    first, *others = (Letterbox((80, 120), size, (slice(2, 78), slice(4, 117))) for size in sizes)
    nothing = np.zeros((1, *first.frame), np.uint8)
    mean = average_views(
        [nothing, *(view.apply(SLICE)[None] for view in others)], [first, *others]
    )[0]
    assert mean.max() == round(255 * len(others) / (1 + len(others)))
    assert _overlap(mean > mean.max() / 2, first.apply(SLICE) > 127) > 0.97


def test_the_border_of_the_first_frame_stays() -> None:
    views = [Letterbox((40, 80), 32), Letterbox((40, 80), 64)]
    marks = [np.full((2, 32, 32), 200, np.uint8), np.zeros((2, 64, 64), np.uint8)]
    mean = average_views(marks, views)
    assert (mean[:, :8] == 200).all()
    assert (mean[:, 8:24] == 100).all()


def test_one_frame_is_as_it_was() -> None:
    marks = np.random.default_rng(0).integers(0, 256, (2, 32, 32), np.uint8)
    assert average_views([marks], [Letterbox((40, 80), 32)]) is marks
