from __future__ import annotations

import numpy as np
import pytest

from lungseg.training.infection_loss import UNKNOWN, InfectionLoss, infection_dice, infection_of

KINDS = ["dice-ce", "dice-focal", "focal-tversky"]


def _truth() -> np.ndarray:
    truth = np.zeros((1, 8, 8, 3), np.float32)
    truth[:, :4, :, 1] = 1  # lung
    truth[:, :2, :, 0] = 1  # infected
    truth[:, :1, :, 2] = 1  # consolidated
    return truth


def _right(classes: int) -> np.ndarray:
    truth = _truth()
    ill, lung, dense = (truth[..., channel] for channel in range(3))
    if classes == 1:
        return ill[..., None]
    parts = [1 - lung, lung - ill, ill]
    if classes == 4:
        parts = [1 - lung, lung - ill, ill * (1 - dense), ill * dense]
    return np.stack(parts, axis=-1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("classes", [1, 3, 4])
def test_what_is_right_costs_nothing_and_what_is_wrong_does(kind: str, classes: int) -> None:
    loss, right = InfectionLoss(kind), _right(classes)
    assert float(loss(_truth(), right)) == pytest.approx(0, abs=1e-3)
    assert float(loss(_truth(), 1 - right)) > 0.5


def test_lungs_that_are_not_known_cost_nothing() -> None:
    truth, guess = _truth(), _right(3)
    truth[..., 1] = UNKNOWN
    other = guess.copy()
    other[..., :2] = other[..., 1::-1]  # lung and background exchanged
    assert float(InfectionLoss()(truth, other)) == pytest.approx(
        float(InfectionLoss()(truth, guess))
    )
    assert float(InfectionLoss()(_truth(), other)) > 0.1


def test_kinds_that_are_not_known_cost_nothing() -> None:
    truth, guess = _truth(), _right(4)
    other = guess.copy()
    other[..., 2:] = other[..., :1:-1]
    assert float(InfectionLoss()(truth, other)) > 0.5
    truth[..., 2] = UNKNOWN
    assert float(InfectionLoss()(truth, other)) == pytest.approx(0, abs=1e-3)


def test_half_cross_entropy_and_half_dice() -> None:
    # All infected, all found at ½: entropy log 2, soft Dice (64 + 10) / (96 + 10).
    truth = np.full((1, 8, 8, 3), UNKNOWN, np.float32)
    truth[..., 0] = 1
    found = np.full((1, 8, 8, 1), 0.5, np.float32)
    expected = 0.5 * (1 - 74 / 106) + 0.5 * np.log(2)
    assert float(InfectionLoss()(truth, found)) == pytest.approx(expected, abs=1e-5)
    focal = 0.5 * (1 - 74 / 106) + 0.5 * np.log(2) / 4
    assert float(InfectionLoss("dice-focal")(truth, found)) == pytest.approx(focal, abs=1e-5)


def test_dice_of_every_kind_together() -> None:
    assert np.allclose(infection_of(_right(4)), _truth()[..., 0])
    assert float(infection_dice(_truth(), _right(4))[0]) == pytest.approx(1)
