from __future__ import annotations

import numpy as np
import pytest

from lungseg import InputError
from lungseg.evaluation.splits import assert_disjoint, grouped_folds, grouped_split


def _cohort() -> tuple[list[str], list[int]]:
    """Draw 60 patients with 1 to 8 samples each; a third of them are ill."""
    rng = np.random.default_rng(3)
    y: list[str] = []
    groups: list[int] = []
    for patient in range(60):
        count = int(rng.integers(1, 9))
        y += ["ill" if patient % 3 == 0 else "healthy"] * count
        groups += [patient] * count
    return y, groups


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.5])
def test_split_is_grouped_complete_and_stratified(fraction: float, seed: int) -> None:
    y, groups = _cohort()
    keep, aside = grouped_split(y, groups, fraction, seed)
    assert sorted([*keep, *aside]) == list(range(len(y)))
    assert_disjoint([groups[i] for i in keep], [groups[i] for i in aside])
    for label in ("ill", "healthy"):
        everywhere = y.count(label)
        there = sum(y[i] == label for i in aside)
        assert there == pytest.approx(fraction * everywhere, abs=4)


@pytest.mark.parametrize("folds", [2, 3, 5])
def test_folds_are_grouped_complete_and_stratified(folds: int) -> None:
    y, groups = _cohort()
    fold_of = grouped_folds(y, groups, folds)
    assert sorted(set(fold_of.tolist())) == list(range(folds))
    for fold in range(folds):
        aside = np.flatnonzero(fold_of == fold)
        keep = np.flatnonzero(fold_of != fold)
        assert_disjoint([groups[i] for i in keep], [groups[i] for i in aside])
        ill = sum(y[i] == "ill" for i in aside)
        assert ill == pytest.approx(y.count("ill") / folds, abs=6)


def test_folds_do_not_hang_on_the_version_of_scikit_learn() -> None:
    # By which earlier trainings were measured: their figures are of these folds.
    y, groups = _cohort()
    fold_of = grouped_folds(y, groups, 3, seed=1)
    of_patient = [int(fold_of[groups.index(patient)]) for patient in range(20)]
    assert of_patient == [1, 1, 1, 0, 2, 1, 2, 0, 2, 0, 2, 1, 1, 0, 2, 2, 1, 0, 1, 2]


def test_folds_need_as_many_patients_of_each_class() -> None:
    with pytest.raises(ValueError, match=r"2 patient\(s\) of class b for 3 folds"):
        grouped_folds("aaabb", [1, 2, 3, 4, 5], 3)


def test_seed_decides() -> None:
    y, groups = _cohort()
    first, again, other = (grouped_split(y, groups, 0.3, seed)[1].tolist() for seed in (0, 0, 1))
    assert first == again != other


def test_two_patients_one_on_each_side() -> None:
    for fraction in (0.01, 0.99):
        keep, aside = grouped_split([0, 0, 1], ["a", "a", "b"], fraction)
        assert len(keep) + len(aside) == 3
        assert len(keep) > 0
        assert len(aside) > 0


def test_a_patient_of_both_classes_stays_whole() -> None:
    keep, aside = grouped_split([0, 1, 0, 1], ["a", "a", "b", "b"], 0.5)
    assert {tuple(keep), tuple(aside)} == {(0, 1), (2, 3)}


@pytest.mark.parametrize(
    ("y", "groups", "fraction", "words"),
    [
        ([0, 1], [1], 0.5, "one group for each"),
        ([0, 1], [1, 2], 0.0, "between 0 and 1"),
        ([0, 1], [1, 2], 1.0, "between 0 and 1"),
        ([0, 1], [1, 1], 0.5, "two patients"),
    ],
)
def test_refuses(y: list[int], groups: list[int], fraction: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        grouped_split(y, groups, fraction)


def test_overlap_names_some_patients() -> None:
    with pytest.raises(InputError, match=r"m\.csv: 5 patient.*p0, p1, p2, …; put all"):
        assert_disjoint((f"p{i}" for i in range(5)), (f"p{i}" for i in range(9)), "m.csv")
    with pytest.raises(InputError, match=r"1 patient.* sides: 7;"):
        assert_disjoint([7, 8], ["7"])
