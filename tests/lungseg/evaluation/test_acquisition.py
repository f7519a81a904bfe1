from __future__ import annotations

import cv2
import numpy as np
import pytest

import lungseg
from lungseg.evaluation.acquisition import acquisition_bias
from lungseg.scan import MaskedScan


@pytest.fixture(scope="module")
def scans() -> list[MaskedScan]:
    """Thirty noisy slices with their lungs, of as many people."""
    found = []
    for number in range(30):
        scan, mask = lungseg.phantom(slices=1, size=96, seed=number, return_mask=True)
        noise = np.random.default_rng(number).normal(0, 20, scan.shape)
        found.append(MaskedScan(scan.with_voxels(scan.voxels + noise), mask))
    return found


LABELS = ["ill", "healthy"] * 15


def changed(item: MaskedScan, voxels: np.ndarray) -> MaskedScan:
    return MaskedScan(item.scan.with_voxels(voxels), item.mask)


def every_second(scans: list[MaskedScan], change) -> list[MaskedScan]:
    return [
        changed(item, change(item)) if number % 2 else item for number, item in enumerate(scans)
    ]


def smooth(item: MaskedScan) -> np.ndarray:
    return cv2.GaussianBlur(item.scan.voxels[0], (0, 0), 0.8)[None]


def test_classes_from_two_scanners_are_told(scans) -> None:
    found = acquisition_bias(every_second(scans, smooth), LABELS, range(30), repeats=200)
    assert found.low is not None
    assert found.low > 0.9
    assert (found.n, found.patients) == (30, 30)


def test_classes_from_one_scanner_are_not(scans) -> None:
    found = acquisition_bias(scans, LABELS, repeats=200)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.5 < found.high


def test_what_happens_in_the_lungs_tells_nothing(scans) -> None:
    def consolidated(item: MaskedScan) -> np.ndarray:
        return np.where(item.mask.lungs, 40, item.scan.voxels)

    ill = every_second(scans, consolidated)
    assert acquisition_bias(ill, LABELS, repeats=2) == acquisition_bias(scans, LABELS, repeats=2)


def test_three_classes_are_told_one_against_the_rest(scans) -> None:
    labels = ["a", "b", "c"] * 10
    made = [
        changed(item, smooth(item)) if label == "c" else item
        for item, label in zip(scans, labels, strict=True)
    ]
    found = acquisition_bias(made, labels, repeats=100)
    # "a" and "b" cannot be told from each other, but from "c".
    assert found.value is not None
    assert 0.6 < found.value < 0.95


def test_patients_stay_together(scans) -> None:
    # Each person twice, with noise of their own: whoever is known can be named.
    twice = [*scans, *scans]
    labels = np.random.default_rng(1).permutation(LABELS).tolist() * 2
    apart = acquisition_bias(twice, labels, list(range(30)) * 2, repeats=2)
    leaking = acquisition_bias(twice, labels, repeats=2)
    assert apart.value is not None
    assert leaking.value is not None
    assert apart.value < leaking.value


def test_lungs_are_found_where_none_are_given(scans, quick_masker) -> None:
    found = [item.scan for item in scans[:8]]
    masks = quick_masker.predict(found)
    given = [MaskedScan(*pair) for pair in zip(found, masks, strict=True)]
    of_scans = acquisition_bias(found, LABELS[:8], masker=quick_masker, folds=2, repeats=2)
    assert of_scans == acquisition_bias(given, LABELS[:8], folds=2, repeats=2)


@pytest.mark.parametrize(
    ("labels", "groups", "cause"),
    [
        (["ill"] * 30, None, "nothing to tell apart"),
        (LABELS[:-1], None, "same length"),
        (LABELS, ["one", "two"] * 15, "for 5 folds"),
        ([*LABELS[:-1], None], None, "no label at place 29"),
    ],
)
def test_bad_input(scans, labels, groups, cause) -> None:
    with pytest.raises(ValueError, match=cause):
        acquisition_bias(scans, labels, groups)
