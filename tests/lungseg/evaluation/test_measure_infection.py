from __future__ import annotations

import numpy as np
import pytest

from lungseg.evaluation.measure_infection import measure_infection


def figures(truth, probability, lungs, **options):
    found = [(np.array(truth), np.array(probability), np.array(lungs))]
    return measure_infection(found, ["a"], threshold=0.5, spread=None, **options)


def test_the_share_is_that_of_the_lungs_and_what_is_marked_beside_them() -> None:
    # Two of four lung voxels are ill; one of these is found, and two beside the lungs.
    found = figures([1, 1, 0, 0, 0, 0], [0.9, 0.1, 0, 0, 0.8, 0.8], [1, 1, 1, 1, 0, 0])
    assert found["error of the infected share"]["value"] == pytest.approx(abs(3 / 6 - 2 / 4))
    assert found["mean Dice"]["value"] == pytest.approx(2 / 5)
    assert found["precision"]["value"] == pytest.approx(1 / 3)
    assert found["recall"]["value"] == pytest.approx(1 / 2)


def test_healthy_lungs_have_a_share_of_zero_and_no_recall() -> None:
    found = figures([0, 0, 0], [0.1, 0.2, 0], [1, 1, 1])
    assert found["error of the infected share"]["value"] == 0
    assert found["mean Dice"]["value"] == 1
    assert found["recall"]["value"] is None or np.isnan(found["recall"]["value"])
