"""Noise of few photons: its strength, its direction, and where it is."""

import runpy
from pathlib import Path

import numpy as np
import pytest

_BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
add_low_dose = runpy.run_path(str(_BENCHMARKS / "low_dose.py"))["add_low_dose"]

_TISSUE = np.full((256, 256), 40, np.int16)


def _noise(slice_hu: np.ndarray, seed: int) -> np.ndarray:
    noisy = add_low_dose(slice_hu, np.random.default_rng(seed), 120)
    assert noisy.dtype == np.int16
    return noisy - slice_hu.astype(float)


def _likeness(noise: np.ndarray, axis: int) -> float:
    """How far neighbours along an axis agree, 1 where they are equal."""
    return float((noise * np.roll(noise, 4, axis)).mean() / (noise**2).mean())


@pytest.mark.parametrize("seed", range(8))
def test_it_is_as_strong_as_was_asked_and_the_mean_stays(seed: int) -> None:
    noise = _noise(_TISSUE, seed)
    assert noise.std() == pytest.approx(120, rel=0.1)
    assert abs(noise.mean()) < 0.1 * noise.std()


def test_it_is_drawn_out_along_the_rows() -> None:
    along, across = (
        np.mean([_likeness(_noise(_TISSUE, seed), axis) for seed in range(12)]) for axis in (1, 0)
    )
    assert along > across + 0.1


def test_the_air_around_has_less_of_it() -> None:
    body = np.full((256, 256), -1000, np.int16)
    body[96:160, 64:192] = 40
    noise = _noise(body, 3)
    assert noise[110:146, 90:166].std() > 1.5 * noise[:30].std()


def test_nothing_gets_darker_than_air_is_stored() -> None:
    outside = np.full((96, 96), -1024, np.int16)
    outside[:, :48] = -3024
    noisy = add_low_dose(outside, np.random.default_rng(0), 120)
    assert noisy[:, 48:].min() == -1024
    assert noisy.min() == -3024


def test_it_is_decided_by_its_generator() -> None:
    assert (_noise(_TISSUE, 5) == _noise(_TISSUE, 5)).all()
    assert (_noise(_TISSUE, 5) != _noise(_TISSUE, 6)).any()
