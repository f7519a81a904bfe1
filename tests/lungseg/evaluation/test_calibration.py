from __future__ import annotations

import numpy as np
import pytest

from lungseg.evaluation.calibration import (
    expected_calibration_error,
    fit_temperature,
    reliability,
    temper,
)
from lungseg.evaluation.compare import compare_auc
from lungseg.evaluation.conformal import Conformal


def drawn(n: int, temperature: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """True classes of calibrated probabilities, and those made too sure."""
    rng = np.random.default_rng(seed)
    honest = rng.dirichlet((1, 1, 1), n)
    truth = np.array([rng.choice(3, p=row) for row in honest])
    return truth, temper(honest, 1 / temperature)


def test_a_known_temperature_is_found() -> None:
    truth, sure = drawn(4000, 2.5)
    found = fit_temperature(truth, sure)
    assert found == pytest.approx(2.5, rel=0.1)
    before = expected_calibration_error(truth, sure)
    after = expected_calibration_error(truth, temper(sure, found))
    assert after < 0.04 < before


def test_every_sample_is_in_one_bin() -> None:
    truth, sure = drawn(500, 1.0)
    assert reliability(truth, sure, bins=7).samples.sum() == 500
    assert np.array_equal(temper(sure, 3.0).argmax(axis=1), sure.argmax(axis=1))


@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_sets_hold_the_true_class_as_often_as_promised(coverage) -> None:
    truth, found = drawn(3000, 3.0, seed=1)
    model = Conformal.fit(truth[:1500], found[:1500])
    sets = model.sets(found[1500:], coverage)
    held = sets[np.arange(1500), truth[1500:]]
    assert held.mean() == pytest.approx(coverage, abs=0.03)
    for number in range(3):
        assert held[truth[1500:] == number].mean() == pytest.approx(coverage, abs=0.05)


def test_too_few_samples_rule_nothing_out() -> None:
    model = Conformal.fit([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.1, 0.9]])
    assert model.sets([[0.99, 0.01]], 0.9).all()
    with pytest.raises(ValueError, match="coverage"):
        model.sets([[0.5, 0.5]], 1.0)


def test_a_better_classifier_is_told_from_an_equal_one() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 300)
    weak, strong = (truth + rng.normal(0, noise, 300) for noise in (2.0, 0.6))
    groups = np.arange(300) // 2
    found = compare_auc(truth, weak, strong, groups=groups)
    assert found.better
    assert found.p_value < 0.001
    same = compare_auc(truth, weak, weak, groups=groups)
    assert not same.better
    assert (same.difference.value, same.p_value) == (0, 1)
    with pytest.raises(ValueError, match="both classes"):
        compare_auc([1, 1], [0.1, 0.2], [0.3, 0.4], groups=[1, 2])


def test_delong_is_uniform_where_nothing_differs() -> None:
    rng = np.random.default_rng(2)
    values = []
    for _ in range(200):
        truth = rng.integers(0, 2, 60)
        scores = [truth + rng.normal(0, 1.5, 60) for _ in range(2)]
        values.append(compare_auc(truth, *scores, groups=range(60), repeats=1).p_value)
    assert 0.01 < np.mean(np.array(values) < 0.05) < 0.12
