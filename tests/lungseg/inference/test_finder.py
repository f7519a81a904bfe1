from __future__ import annotations

import cv2
import numpy as np
import pytest
from sklearn.base import clone

import lungseg
from lungseg.evaluation.dice import dice
from lungseg.inference.finder import Finder
from lungseg.postprocess.classical import classical_lungs
from lungseg.postprocess.confidence import Confidence
from lungseg.training.strangers import strangers


@pytest.fixture(scope="module")
def doubtful(masker) -> lungseg.LungMasker:
    """A masker that is never sure."""
    return clone(masker).set_params(min_confidence=1.0)


def test_a_doubtful_mask_is_kept_with_a_warning(doubtful, masker, chest) -> None:
    scan, _ = chest
    sure = masker.predict([scan])[0]
    kept = doubtful.predict([scan])[0]
    assert (sure.method, sure.warnings) == ("network", ())
    assert kept.method == "network"
    assert np.array_equal(kept.voxels, sure.voxels)
    assert "doubtful" in kept.warnings[0]


def test_a_doubtful_mask_is_replaced_or_emptied_where_asked(doubtful, chest) -> None:
    scan, truth = chest
    classical = clone(doubtful).set_params(fallback="classical").predict([scan])[0]
    assert classical.method == "classical"
    assert "threshold" in classical.warnings[0]
    assert dice(classical.lungs, truth.lungs) > 0.8
    empty = clone(doubtful).set_params(fallback="none").predict([scan])[0]
    assert empty.method == "none"
    assert not empty.lungs.any()
    assert "left empty" in empty.warnings[0]


def test_a_negative_is_told_and_nothing_else_is_taken_for_one(doubtful, chest) -> None:
    grey = lungseg.preprocess.window.Window().apply(chest[0].axial()[6])
    cropped = 255 - grey[10:-10, 10:-10]
    noise = np.random.default_rng(0).integers(0, 256, (96, 96), np.uint8)
    masks = doubtful.predict([255 - grey, cropped, grey, noise])
    told = ["invert the picture" in mask.warnings[0] for mask in masks]
    assert told == [True, True, False, False]


def test_the_classical_mask_of_a_cropped_picture(chest) -> None:
    scan, truth = chest
    grey = lungseg.preprocess.window.Window().apply(scan.axial()[6])
    rows, columns = np.nonzero(truth.axial()[6])
    part = np.s_[rows.min() : rows.max(), columns.min() : columns.max()]
    found = classical_lungs(grey[part][None])[0]
    assert dice(found, truth.axial()[6][part]) > 0.8


def _finder(seen: list[int], scales: tuple[float, ...]) -> Finder:
    def engine(grey: np.ndarray) -> np.ndarray:
        """Mark the bright square surely in a small frame, and a little in a large one."""
        seen.append(grey.shape[1])
        sure = 1.0 if grey.shape[1] < 80 else 0.2
        return np.where(grey > 127, sure, 0).astype(np.float32)

    return Finder(
        engine=engine,
        input_size=64,
        threshold=0.5,
        turns=1,
        scales=scales,
        crop=False,
        body_scale=1.0,
        enlarge=3.0,
        surrounding=False,
        sharpness=1.0,
        confidence=Confidence.plain(),
        min_confidence=0.0,
        fallback="keep",
    )


def _bright(slices: int) -> np.ndarray:
    grey = np.zeros((slices, 128, 128), np.uint8)
    grey[:, 32:96, 32:96] = 255
    return grey


def test_few_slices_are_marked_in_several_sizes_and_the_mean_is_taken() -> None:
    seen: list[int] = []
    view, marks, lungs = _finder(seen, (1.0, 1.5)).mark(_bright(4))
    assert seen == [64, 96]
    assert view.frame == (64, 64)
    assert (marks[:, 32, 32] == 0.6 * 255).all()
    assert lungs.mean() == pytest.approx(0.25)


def test_the_mean_is_taken_in_the_first_frame() -> None:
    finder = _finder([], (1.5, 1.0))
    view, marks, _ = finder.mark(_bright(1))
    assert view == finder.view(_bright(1))
    assert marks.shape == (1, 96, 96)
    assert marks[0, 48, 48] == 0.6 * 255


@pytest.mark.parametrize("scales", [(1.0, 1.5), (1.5,)])
def test_a_volume_is_marked_in_one_size(scales) -> None:
    seen: list[int] = []
    mask = _finder(seen, scales).find(lungseg.Scan(_bright(5), units="display"))
    assert set(seen) == {64}
    assert mask.lungs.mean() == pytest.approx(0.25, abs=0.01)


def test_a_mask_of_several_sizes_comes_back_in_the_scans_grid() -> None:
    mask = _finder([], (1.0, 1.5)).find(lungseg.Scan(_bright(1), units="display"))
    assert dice(mask.lungs, _bright(1) > 0) > 0.95


def test_a_hole_that_is_surely_not_lung_stays_open_in_the_scans_grid() -> None:
    grey = _bright(1)
    grey[:, 50:70, 50:70] = 0  # a dome of the liver
    mask = _finder([], (1.0,)).find(lungseg.Scan(grey, units="display"))
    assert dice(mask.lungs, grey > 0) > 0.95
    assert not mask.lungs[0, 55:65, 55:65].any()


def cat() -> np.ndarray:
    from pathlib import Path

    import skimage

    return cv2.imread(str(Path(skimage.__file__).parent / "data" / "chelsea.png"))


NOT_A_CHEST = {
    "photograph": lambda: cv2.cvtColor(cat(), cv2.COLOR_BGR2GRAY),
    "head": lambda: strangers(2, seed=5001)[1],
    "X-ray": lambda: strangers(3, seed=5002)[2],
    "noise": lambda: np.random.default_rng(0).integers(0, 256, (200, 220), np.uint8),
    "ramp": lambda: np.tile(np.linspace(0, 255, 256).astype(np.uint8), (256, 1)),
    "belly": lambda: lungseg.preprocess.window.Window().apply(
        lungseg.phantom(slices=40, size=256).axial()[0]
    ),
}


@pytest.mark.parametrize("kind", NOT_A_CHEST)
def test_what_is_no_chest_is_never_masked_with_confidence(masker, kind) -> None:
    mask = masker.predict([NOT_A_CHEST[kind]()])[0]
    if mask.lungs.any():
        assert mask.confidence < masker.min_confidence
    assert mask.warnings
