from __future__ import annotations

import numpy as np

from lungseg.inference.score import score_pictures


class Left:
    """Scores how bright the left half is, and the rim."""

    def predict_on_batch(self, batch):
        half = batch[:, :, : batch.shape[2] // 2].mean(axis=(1, 2, 3)) / 255
        rim = batch[:, 0].mean(axis=(1, 2)) / 255
        return np.stack([half, rim], axis=1)


def test_views_take_the_mean_over_mirror_and_distance() -> None:
    picture = np.zeros((1, 40, 40), np.uint8)
    picture[:, :, :20] = 255
    alone, both, four = (score_pictures(Left(), picture, views=n)[0] for n in (1, 2, 4))
    logit = np.log(alone / alone[::-1])[0], np.log(both / both[::-1])[0]
    assert np.isclose(logit[0], 1 - 0.5)
    assert np.isclose(logit[1], 0.5 - 0.5)
    assert np.isclose(both.sum(), 1)
    assert np.allclose(four, both)  # the halves look alike from nearer


def test_batches_do_not_matter() -> None:
    pictures = np.random.default_rng(0).integers(0, 255, (5, 20, 30), np.uint8)
    whole = score_pictures(Left(), pictures, views=4)
    assert np.array_equal(whole, score_pictures(Left(), pictures, views=4, batch_size=2))
