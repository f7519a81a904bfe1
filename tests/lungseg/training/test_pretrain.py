from __future__ import annotations

import numpy as np
import pytest

from lungseg.training.lesion_bank import LesionBank
from lungseg.training.lesson_data import UNKNOWN, LessonData
from lungseg.training.lesson_loss import LesionDice, LessonLoss
from lungseg.training.lessons import Lesson
from lungseg.training.pretrain import pretrain_trunk, save_trunk
from tests.eagerly import eagerly


@pytest.fixture(scope="module")
def lessons() -> list[Lesson]:
    rng = np.random.default_rng(0)
    found = []
    for number in range(12):
        picture = rng.integers(0, 90, (48, 40), np.uint8)
        spot = np.zeros(picture.shape, bool)
        spot[10:30, 10:25] = True
        picture[spot] += 120
        known = {0: {"lesions": spot}, 1: {"lungs": ~spot}, 2: {}}[number % 3]
        found.append(Lesson(picture, f"p{number}", **known))
    return found


def test_what_is_not_known_is_marked(lessons) -> None:
    _, target = LessonData(lessons, size=32, batch_size=3)[0]
    assert (target[0, ..., 1] == UNKNOWN).all()
    assert target[0, ..., 0].max() == 1
    assert (target[1, ..., 0] == UNKNOWN).all()
    assert (target[2, ..., :2] == UNKNOWN).all()


def test_masks_move_with_the_picture_and_the_target_is_not_spoilt(lessons) -> None:
    data = LessonData(lessons[:1] * 8, size=32, batch_size=8, augment=True)
    shown, target = data[0]
    assert not np.allclose(shown[..., 0], target[..., 2])
    for one in target:  # the spot is bright wherever it went
        inside = one[..., 2][one[..., 0] > 0.9]
        assert inside.mean() > 0.4
    again = LessonData(lessons[:1] * 8, size=32, batch_size=8, augment=True)
    assert np.array_equal(again[0][0], shown)


def _bank() -> LesionBank:
    grey = np.full((100, 100), 200, np.uint8)
    grey[10:90, 10:45] = 20
    lesions = np.zeros(grey.shape, bool)
    lesions[30:60, 15:35] = True
    return LesionBank([(np.where(lesions, np.uint8(150), grey), lesions, grey < 100)])


def test_lesions_are_blended_into_every_second_healthy_picture() -> None:
    lungs = np.zeros((64, 64), bool)
    lungs[10:54, 8:28] = True
    picture = np.where(lungs, np.uint8(25), np.uint8(190))
    well = Lesson(picture, "a", lesions=np.zeros(lungs.shape, bool), lungs=lungs)
    unknown = Lesson(picture, "b", lungs=lungs)
    data = LessonData([well] * 40 + [unknown] * 8, size=64, batch_size=48, bank=_bank())
    shown, target = data[0]
    ill = target[:40, ..., 0].max(axis=(1, 2)) > 0
    assert 10 < ill.sum() < 30
    for grey, lesions in zip(shown[:40, ..., 0], target[:40, ..., 0] > 0.5, strict=True):
        assert not (lesions & ~lungs).any()
        assert np.array_equal(np.rint(grey * 255)[~lesions & ~lungs], picture[~lesions & ~lungs])
        assert not lesions.any() or grey[lesions].mean() > 0.2  # they were dark before
    assert (target[40:, ..., 0] == UNKNOWN).all()
    assert np.array_equal(np.rint(shown[40, ..., 0] * 255), picture)


def test_what_is_not_known_costs_nothing() -> None:
    rng = np.random.default_rng(0)
    target = rng.random((2, 8, 8, 3)).astype(np.float32)
    target[..., :2] = target[..., :2] > 0.5
    target[1, ..., 0] = UNKNOWN
    guess = rng.random(target.shape).astype(np.float32)
    other = guess.copy()
    other[1, ..., 0] = rng.random((8, 8))
    loss = LessonLoss()
    assert float(loss(target, guess)) == pytest.approx(float(loss(target, other)))
    other[0, ..., 0] = rng.random((8, 8))
    assert float(loss(target, guess)) != pytest.approx(float(loss(target, other)))


def test_dice_counts_only_what_is_known() -> None:
    target = np.full((2, 8, 8, 3), UNKNOWN, np.float32)
    target[0, ..., 0] = 0
    target[0, :4, :, 0] = 1
    metric = LesionDice()
    metric.update_state(target, np.maximum(target, 0))
    assert float(metric.result()) == pytest.approx(1.0)
    # A batch of which nothing is known changes nothing.
    metric.update_state(target[1:], np.ones((1, 8, 8, 3), np.float32))
    assert float(metric.result()) == pytest.approx(1.0)
    metric.update_state(target[:1], np.ones((1, 8, 8, 3), np.float32))
    assert float(metric.result()) == pytest.approx(2 * 64 / (64 + 96))


def test_a_trunk_is_a_start_for_a_classifier(lessons, tmp_path) -> None:
    from lungseg.networks import build
    from lungseg.networks.start import start_from

    with eagerly():
        model, history = pretrain_trunk(
            lessons, size=32, epochs=1, batch_size=4, folder=tmp_path / "c"
        )
    assert len(history) == 1
    assert "val_lesion_dice" in history[0]
    folder = save_trunk(
        model, tmp_path / "trunk", size=32, documents={"card.md": "c"}, precision="single"
    )
    classifier = build("efficientnetb0", (32, 32, 1), 3)
    assert start_from(classifier, folder) > 100
    taught = model.get_layer("top_conv").get_weights()[0]
    assert np.array_equal(classifier.get_layer("top_conv").get_weights()[0], taught)


def test_it_starts_from_weights_that_are_given(lessons) -> None:
    from lungseg.networks import build
    from lungseg.networks.start import start_from

    given = build("efficientnetb0", (32, 32, 1), 2)
    start_from(given, "ct")
    # A rate of zero moves nothing: what comes out went in.
    with eagerly():
        on, _ = pretrain_trunk(
            lessons, size=32, epochs=1, batch_size=4, learning_rate=0.0, weights="ct"
        )
    taught = given.get_layer("top_conv").get_weights()[0]
    assert np.array_equal(on.get_layer("top_conv").get_weights()[0], taught)
