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
    sets = model.sets(found[1500:], coverage, confidence=None)
    held = sets[np.arange(1500), truth[1500:]]
    assert held.mean() == pytest.approx(coverage, abs=0.03)
    for number in range(3):
        assert held[truth[1500:] == number].mean() == pytest.approx(coverage, abs=0.05)


def test_what_is_promised_is_promised_of_patients_however_many_scans_they_have() -> None:
    rng = np.random.default_rng(0)

    def patients(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        # Every tenth patient is hard, and has ten times as many scans as another.
        hard = np.arange(count) % 10 == 0
        owner = np.repeat(np.arange(count), np.where(hard, 20, 2))
        sure = np.where(hard[owner], 0.2, 0.8) + rng.uniform(-0.1, 0.1, len(owner))
        return np.zeros(len(owner), int), np.stack([sure, 1 - sure], axis=1), owner

    truth, found, owner = patients(400)
    _, others, whose = patients(400)
    share = {}
    for name, groups in (("patients", owner), ("scans", None)):
        held = Conformal.fit(truth, found, groups).sets(others, 0.8, None)[:, 0]
        share[name] = np.mean([held[whose == one].mean() for one in range(400)])
    assert share["patients"] == pytest.approx(0.8, abs=0.03)
    assert share["scans"] > 0.88


def test_with_one_scan_each_patients_are_scans() -> None:
    truth, found = drawn(200, 2.0)
    model = Conformal.fit(truth, found)
    assert Conformal.fit(truth, found, [f"p{i}" for i in range(200)]) == model
    assert [len(scores) for scores in model.scores] == np.bincount(truth).tolist()


@pytest.mark.parametrize("patients", [40, 150])
def test_with_a_confidence_nearly_every_calibration_keeps_its_promise(patients: int) -> None:
    rng = np.random.default_rng(1)
    kept = {0.95: 0, None: 0}
    for _ in range(1000):
        # Of a score that is uniform, what lies below a limit is the limit.
        sure = rng.uniform(size=patients)
        model = Conformal.fit(np.zeros(patients, int), np.stack([1 - sure, sure], axis=1))
        for confidence in kept:
            below = np.linspace(0, 1, 2001)
            sets = model.sets(np.stack([1 - below, below], axis=1), 0.9, confidence)
            kept[confidence] += bool(sets[:, 0].mean() >= 0.9)
    assert 0.935 < kept[0.95] / 1000 < 0.995
    assert 0.4 < kept[None] / 1000 < 0.65


@pytest.mark.parametrize(("patients", "confidence"), [(28, 0.95), (8, None)])
def test_too_few_samples_rule_nothing_out(patients: int, confidence: float | None) -> None:
    def model(count: int) -> Conformal:
        return Conformal.fit([0] * count + [1] * count, [[0.9, 0.1]] * count + [[0.2, 0.8]] * count)

    assert model(patients).sets([[0.01, 0.99]], 0.9, confidence).all()
    assert not model(patients + 1).sets([[0.01, 0.99]], 0.9, confidence).all()


def test_a_promise_out_of_its_range_is_an_error() -> None:
    model = Conformal.fit([0, 1], [[0.9, 0.1], [0.2, 0.8]])
    with pytest.raises(ValueError, match="coverage"):
        model.sets([[0.5, 0.5]], 1.0)
    with pytest.raises(ValueError, match="confidence"):
        model.sets([[0.5, 0.5]], 0.9, 0)


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
