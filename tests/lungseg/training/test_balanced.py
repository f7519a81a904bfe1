from __future__ import annotations

import numpy as np

from lungseg.training.balanced import balanced_weights, draw
from lungseg.training.picture_data import PictureData


def test_classes_and_their_patients_weigh_alike() -> None:
    numbers, sizes, groups = [0, 0, 0, 1, 2], [5, 5, 2, 1, 3], ["a", "a", "b", "c", "c"]
    weights = balanced_weights(numbers, sizes, groups)
    owner = np.repeat(np.arange(5), sizes)
    scans = [weights[owner == n].sum() for n in range(5)]
    assert np.allclose(scans, [1 / 12, 1 / 12, 1 / 6, 1 / 3, 1 / 3])


def test_each_is_drawn_as_often_as_its_weight_says() -> None:
    weights = balanced_weights([0] * 18 + [1] * 2, [1] * 20)
    for seed in range(5):
        drawn = draw(weights, np.random.default_rng(seed))
        times = np.bincount(drawn, minlength=20)
        assert len(drawn) == 20
        assert times[18:].tolist() == [5, 5]
        assert times[:18].max() == 1


def test_in_the_long_run_every_picture_is_seen() -> None:
    weights = balanced_weights([0] * 18 + [1] * 2, [1] * 20)
    seen = {int(i) for seed in range(12) for i in draw(weights, np.random.default_rng(seed))}
    assert seen == set(range(20))


def test_a_picture_drawn_twice_is_augmented_twice() -> None:
    pictures = np.zeros((4, 8, 8), np.uint8)

    def noise(picture, rng):
        return picture + rng.integers(0, 255, picture.shape, np.uint8)

    data = PictureData(
        pictures, np.arange(4), batch_size=4, augment=noise, weights=np.array([1.0, 0, 0, 0])
    )
    shown, labels = data[0]
    assert labels.tolist() == [0] * 4
    assert len({part.tobytes() for part in shown}) == 4
    # What an epoch shows depends on the seed and its number alone.
    assert np.array_equal(data[0][0], shown)
    data.on_epoch_end()
    assert not np.array_equal(data[0][0], shown)
