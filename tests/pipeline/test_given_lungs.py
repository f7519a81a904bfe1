"""Scans that bring the masks of their lungs, on every way through a pipeline."""

from __future__ import annotations

import numpy as np
import pytest

import lungseg


@pytest.fixture(scope="module")
def items() -> list[lungseg.MaskedScan]:
    """Slices whose mask is one half of the picture, as no masker would find it."""
    found = []
    for seed in range(4):
        scan = lungseg.phantom(slices=1, size=96, seed=seed)
        half = np.zeros(scan.shape, np.uint8)
        half[..., 48:] = 7
        found.append(lungseg.MaskedScan(scan, lungseg.LungMask.read(half, scan)))
    return found


@pytest.fixture(scope="module")
def pipeline(items, quick_masker) -> lungseg.Pipeline:
    classifier = lungseg.CTClassifier("simple", input_size=32, epochs=1, batch_size=4)
    roi = lungseg.RoiMultiply(crop=False)
    return lungseg.Pipeline(quick_masker, roi=roi, classifier=classifier).fit(items, [0, 1] * 2)


def test_a_given_mask_is_kept(quick_masker, items) -> None:
    scan = items[0].scan
    given, found = quick_masker.predict([items[0], scan])
    assert given is items[0].mask
    assert found.method == "network"


def test_every_way_takes_the_given_lungs(pipeline, items) -> None:
    rows = pipeline.predict_proba(items)
    assert np.abs(rows - pipeline.predict_proba([item.scan for item in items])).max() > 1e-6
    predictions = pipeline.analyze(items)
    assert np.array_equal(rows, [list(p.probabilities.values()) for p in predictions])
    assert all(p.mask is item.mask for p, item in zip(predictions, items, strict=True))
    given, found = pipeline.explain([items[0], items[0].scan], 1)
    assert np.abs(given.voxels - found.voxels).max() > 1e-6


def test_a_pipeline_without_a_masker_takes_them_too(pipeline, items) -> None:
    alone = lungseg.Pipeline("passthrough", roi=pipeline.roi, classifier=pipeline.classifier)
    alone.fit(items, [0, 1] * 2)
    assert np.array_equal(alone.predict_proba(items), pipeline.predict_proba(items))
    (prediction,) = alone.analyze(items[:1])
    assert prediction.mask is items[0].mask


def test_in_a_batch_a_mask_of_another_size_is_one_error(pipeline, items) -> None:
    scan, mask = items[0]
    wrong = lungseg.MaskedScan(scan, lungseg.LungMask(mask.voxels[:, 1:]))
    good, bad = pipeline.analyze([items[0], wrong], on_error="return")
    assert isinstance(good, lungseg.Prediction)
    assert isinstance(bad, lungseg.InputError)


def test_the_report_claims_no_dice_of_a_given_mask(pipeline, items, tmp_path) -> None:
    (prediction,) = pipeline.analyze(items[:1])
    folder = prediction.save(tmp_path / "out")
    page = (tmp_path / "out/report.html").read_text("utf-8")
    assert folder is not None
    assert "given with the scan" in page
    assert "expected Dice" not in page
