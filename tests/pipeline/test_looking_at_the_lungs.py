"""A classifier that pools over the lungs, and how the pipeline hands them on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import lungseg
from lungseg.errors import InputError
from lungseg.preprocess import Chain, Trim
from lungseg.roi import RoiMultiply
from lungseg.scan import LungMask, MaskedScan
from lungseg.training.augment_picture import PictureAugmentation
from tests.eagerly import eagerly


@pytest.fixture(scope="module", autouse=True)
def quick_to_start():
    with eagerly():
        yield


@pytest.fixture(scope="module")
def items():
    pairs = [
        lungseg.phantom(slices=2, size=96, seed=s, opacities=3 * (s % 2), return_mask=True)
        for s in range(4)
    ]
    return [MaskedScan(scan, mask) for scan, mask in pairs]


def classifier(**others):
    return lungseg.CTClassifier(
        network_options={"head": "lungs"},
        input_size=64,
        ridge=0.1,
        epochs=0,
        weights="ct",
        **others,
    )


@pytest.fixture(scope="module")
def fitted(items):
    return classifier(folds=2).fit(items, [0, 1] * 2, groups=range(4))


def test_other_lungs_give_other_probabilities(fitted, items) -> None:
    scan, mask = items[1]
    half = np.where(mask.voxels == 1, mask.voxels, 0).astype(np.uint8)
    other = MaskedScan(scan, replace(mask, voxels=half))
    first, second, whole = fitted.predict_proba([items[1], other, scan])
    assert np.abs(first - second).max() > 1e-4
    assert np.abs(first - whole).max() > 1e-4


def test_without_a_mask_all_of_the_picture_counts(fitted, items) -> None:
    scan, mask = items[0]
    everything = replace(mask, voxels=np.ones(mask.shape, np.uint8))
    first, second = fitted.predict_proba([scan, MaskedScan(scan, everything)])
    assert np.array_equal(first, second)


def test_a_mask_of_another_size_is_refused(fitted, items) -> None:
    scan, _ = items[0]
    with pytest.raises(InputError, match="give the mask in the scan's own grid"):
        fitted.predict_proba([MaskedScan(scan, LungMask(np.ones((2, 5, 5), np.uint8)))])


def test_it_is_saved_explained_and_trained_further(fitted, items, tmp_path) -> None:
    fitted.save(tmp_path / "saved")
    loaded = lungseg.CTClassifier.from_pretrained(tmp_path / "saved")
    assert np.array_equal(loaded.predict_proba(items[:2]), fitted.predict_proba(items[:2]))
    (heat,) = loaded.explain(items[:1], 1)
    assert heat.voxels.shape == items[0].scan.shape
    further = lungseg.CTClassifier(
        network_options={"head": "lungs"},
        input_size=64,
        epochs=1,
        batch_size=4,
        weights=tmp_path / "saved",
    )
    assert np.isfinite(further.fit(items, [0, 1] * 2).predict_proba(items)).all()


def test_a_doubtful_mask_is_not_handed_on(items) -> None:
    scan, mask = items[0]
    chain = Chain([], RoiMultiply(None))
    sure = chain.item_of(chain.show(scan, mask))
    assert isinstance(sure, MaskedScan)
    assert sure.mask.shape == sure.scan.shape != scan.shape
    doubtful = chain.item_of(chain.show(scan, replace(mask, confidence=0.1)))
    assert not isinstance(doubtful, MaskedScan)
    assert doubtful.shape == scan.shape


def test_every_way_through_a_pipeline_sees_the_same_lungs(items, quick_masker, tmp_path) -> None:
    scans = [item.scan for item in items]
    pipeline = lungseg.Pipeline(
        quick_masker,
        roi=RoiMultiply(None, margin=0.3),
        classifier=classifier(),
        preprocess=[Trim(0.1)],
        cache=tmp_path,
    )
    pipeline.fit(scans, [0, 1] * 2)
    rows = pipeline.predict_proba(scans[:2])
    assert np.array_equal(rows, pipeline.predict_proba(scans[:2]))
    analyzed = [list(found.probabilities.values()) for found in pipeline.analyze(scans[:2])]
    assert np.array_equal(rows, analyzed)
    bare = pipeline.classifier_.predict_proba(scans[:2])
    assert np.abs(rows - bare).max() > 1e-6
    audit = lungseg.audit(pipeline, scans, [0, 1] * 2, range(4), repeats=20)
    assert set(audit.auc) == {"ROI", "full picture", "background alone", "mask's shape alone"}


def test_augmented_lungs_move_with_the_picture() -> None:

    lungs = np.zeros((64, 64), np.uint8)
    lungs[20:50, 10:30] = 255
    augment = PictureAugmentation()
    for seed in range(8):
        moved = augment(np.stack([lungs, lungs], -1), np.random.default_rng(seed))
        bright = moved[..., 0].astype(int) > 110
        assert set(np.unique(moved[..., 1])) <= {0, 255}
        assert ((moved[..., 1] > 0) == bright).mean() > 0.9
