from __future__ import annotations

import numpy as np
import pytest

import lungseg
from lungseg.preprocess import Halves
from lungseg.preprocess.pictures import scan_to_pictures, spread_slices
from lungseg.scan import Scan


@pytest.mark.parametrize("columns", [6, 7])
def test_right_then_left(columns) -> None:
    picture = np.arange(4 * columns, dtype=np.uint8).reshape(1, 4, columns)
    found = Halves().transform(Scan(picture, units="display"))
    assert np.array_equal(found.scan.voxels[0], picture[0, :, : -(-columns // 2)])
    assert np.array_equal(found.scan.voxels[1], picture[0, :, columns // 2 :])
    assert np.array_equal(found.restore(found.scan.voxels), picture)


def test_labels_that_overlap_take_the_larger_and_heat_the_mean() -> None:
    found = Halves().transform(Scan(np.zeros((1, 2, 3), np.uint8), units="display"))
    marks = np.zeros((2, 2, 2), np.uint8)
    marks[1] = 1
    assert found.restore(marks)[0].tolist() == [[0, 1, 1]] * 2
    assert found.restore(marks.astype(float))[0].tolist() == [[0, 0.5, 1]] * 2


def test_both_halves_of_a_slice_are_shown_or_neither() -> None:
    halves = Halves().transform(lungseg.phantom(slices=20, size=64)).scan
    pictures, numbers = scan_to_pictures(halves, 32, most=5)
    assert len(pictures) == 10
    assert (numbers[0::2] % 2 == 0).all()
    assert np.array_equal(numbers[0::2] + 1, numbers[1::2])
    # A single slice shows both of its halves, even if nothing is in one of them.
    voxels = np.zeros((1, 64, 64), np.uint8)
    voxels[..., :20] = 99
    single = Halves().transform(Scan(voxels, units="display")).scan
    assert scan_to_pictures(single, 32)[1].tolist() == [0, 1]


def test_between_two_slices_each_half_goes_over_into_its_like() -> None:
    heat = np.zeros((4, 8, 8), np.float32)
    heat[1] = heat[3] = 1  # the left half of both slices
    spread = spread_slices(heat, np.array([0, 1, 4, 5]), (6, 8, 8), parts=2)
    assert spread[0::2].max() == 0
    assert np.allclose(spread[1::2], 1)


class Sure:
    """A network whose second logit is high where a picture is bright."""

    def predict_on_batch(self, batch):
        ill = np.where(batch.mean(axis=(1, 2, 3)) > 50, 8.0, -80.0)
        return np.stack([-ill, ill], axis=1)


def test_a_confident_healthy_half_cannot_veto_a_diseased_one(pictures) -> None:
    X, y, _ = pictures
    classifier = lungseg.CTClassifier("simple", input_size=32, epochs=1)
    pipeline = lungseg.Pipeline("passthrough", None, classifier, preprocess=[Halves()])
    pipeline.fit(X, y)
    pipeline.classifier_.model_ = Sure()
    half = np.zeros((64, 64), np.uint8)
    half[:, :32] = 200
    both = np.full((64, 64), 200, np.uint8)
    neither = np.full((64, 64), 20, np.uint8)
    right, left, sick, well = pipeline.predict_proba(
        [Scan(part[None], units="display") for part in (half, half[:, ::-1], both, neither)]
    )[:, 1]
    assert right == left == pytest.approx(0.5)
    assert sick == pytest.approx(1)
    assert well == pytest.approx(0, abs=1e-6)
    # The half that is sure of disease decides where pool says so.
    pipeline.classifier_.set_params(pool="max")
    scan = Scan(half[None], units="display")
    assert pipeline.predict_proba([scan])[0, 1] == pytest.approx(1)
    # One entry for the slice, with the mean of its halves.
    (entry,) = pipeline.analyze([scan])[0].slices
    assert entry["slice"] == 0
    assert entry["probabilities"]["ill"] == pytest.approx(0.5)
