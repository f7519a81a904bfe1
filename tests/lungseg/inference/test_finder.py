from __future__ import annotations

import cv2
import numpy as np
import pytest
from sklearn.base import clone

import lungseg
from lungseg.evaluation.dice import dice
from lungseg.postprocess.classical import classical_lungs
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


def test_the_classical_mask_of_a_cropped_picture(chest) -> None:
    scan, truth = chest
    grey = lungseg.preprocess.window.Window().apply(scan.axial()[6])
    rows, columns = np.nonzero(truth.axial()[6])
    part = np.s_[rows.min() : rows.max(), columns.min() : columns.max()]
    found = classical_lungs(grey[part][None])[0]
    assert dice(found, truth.axial()[6][part]) > 0.8


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
