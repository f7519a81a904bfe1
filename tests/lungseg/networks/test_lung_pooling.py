from __future__ import annotations

import numpy as np
import pytest

from lungseg.backend import keras
from lungseg.networks.lung_pooling import LungPooling


def pooled(maps, lungs):
    return np.asarray(LungPooling()([maps.astype("float32"), lungs.astype("float32")]))


def test_it_is_the_weighted_mean_and_spread_and_the_mean_of_the_highest() -> None:
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(2, 12, 10, 3))
    lungs = rng.uniform(0.2, 1, (2, 12, 10, 1)) * (rng.uniform(size=(2, 12, 10, 1)) > 0.5)
    found = pooled(maps, lungs)
    for picture in range(2):
        for channel in range(3):
            values, weights = maps[picture, ..., channel].ravel(), lungs[picture].ravel()
            mean = np.average(values, weights=weights)
            spread = np.sqrt(np.average((values - mean) ** 2, weights=weights))
            highest = np.sort(values[weights > 0])[-4:].mean()
            theirs = found[picture, channel::3]
            assert np.allclose(theirs, [mean, spread, highest], atol=1e-4)


def test_what_is_outside_has_no_say() -> None:
    maps = np.random.default_rng(1).normal(size=(1, 8, 8, 2))
    lungs = np.zeros((1, 8, 8, 1))
    lungs[0, 2:5, 2:5] = 1
    other = np.where(lungs > 0, maps, 1e6)
    assert np.array_equal(pooled(maps, lungs), pooled(other, lungs))


def test_without_lungs_everything_counts() -> None:
    maps = np.random.default_rng(2).normal(size=(1, 8, 8, 2))
    nothing, everything = np.zeros((1, 8, 8, 1)), np.ones((1, 8, 8, 1))
    assert np.array_equal(pooled(maps, nothing), pooled(maps, everything))


def test_each_part_is_pooled_by_itself() -> None:
    maps = np.random.default_rng(4).normal(size=(1, 8, 8, 2))
    parts = np.zeros((1, 8, 8, 3))
    parts[0, :4, :4, 1], parts[0, 4:, :, 2] = 1, 0.5
    parts[..., 0] = parts.sum(axis=-1)
    alone = [pooled(maps, part) for part in np.split(parts, 3, axis=-1)]
    assert np.allclose(pooled(maps, parts), np.concatenate(alone, axis=1), atol=1e-6)
    assert not np.allclose(alone[1], alone[2], atol=0.1)


def test_for_a_part_that_is_empty_the_lungs_count() -> None:
    maps = np.random.default_rng(5).normal(size=(1, 8, 8, 2))
    parts = np.zeros((1, 8, 8, 3))
    parts[0, :4, :4, :2] = 1
    whole, rim, deep = np.split(pooled(maps, parts), 3, axis=1)
    assert np.allclose(deep, whole, atol=1e-6)
    assert np.allclose(rim, whole, atol=1e-6)


def test_lungs_of_fewer_places_than_peaks_have_the_mean_of_those() -> None:
    maps = np.random.default_rng(3).normal(size=(1, 20, 20, 1))
    lungs = np.zeros((1, 20, 20, 1))
    lungs[0, 5, 5:7] = 1
    assert pooled(maps, lungs)[0, 2] == pytest.approx(maps[0, 5, 5:7, 0].mean(), abs=1e-5)


def test_a_flat_map_lets_gradients_through() -> None:
    maps, lungs = keras.Input((4, 4, 1)), keras.Input((4, 4, 1))
    scaled = keras.layers.Conv2D(1, 1)(maps)
    model = keras.Model([maps, lungs], keras.layers.Dense(1)(LungPooling()([scaled, lungs])))
    model.compile("sgd", "mse")
    zeros = np.zeros((2, 4, 4, 1), np.float32)
    model.fit([zeros, zeros], np.ones((2, 1)), verbose=0)
    assert all(np.isfinite(part).all() for part in model.get_weights())
