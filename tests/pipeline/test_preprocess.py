from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.base import clone

import lungseg
from lungseg.evaluation.audit import audit
from lungseg.preprocess import (
    BlurMask,
    Clahe,
    Halves,
    LungCrop,
    RemoveBackground,
    Standardise,
    Trim,
    stage,
)
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.transformed import Transformed

pytestmark = pytest.mark.usefixtures("quick_masks")

TINY = {"network": "simple", "input_size": 32, "epochs": 1, "batch_size": 8, "max_slices": 3}


class Own(ScanTransform):
    """A transform that a user wrote, which notes what it was shown."""

    seen: list = []  # noqa: RUF012 - shared by clones on purpose

    def _transform(self, scan, mask):
        self.seen.append((scan.shape, mask is not None))
        return Transformed(scan, mask)


@pytest.fixture(scope="module")
def scans():
    return [lungseg.phantom(slices=8, size=96, seed=seed, opacities=seed) for seed in range(4)]


@pytest.fixture(scope="module")
def s3(scans, tmp_path_factory):
    """S3's way: middle slices, equalised, each lung by itself."""
    masker = lungseg.LungMasker.from_pretrained()
    masker.set_params(cache=tmp_path_factory.mktemp("masks"), turns=1)
    steps = [Trim(0.25), Clahe(3.0), LungCrop(64)]
    roi = lungseg.RoiMultiply(None, crop=False)
    pipeline = lungseg.Pipeline(masker, roi, lungseg.CTClassifier(**TINY), preprocess=steps)
    return pipeline.fit(scans, [0, 1, 0, 1])


@pytest.fixture(scope="module")
def s1(pictures):
    """S1's way: two filters and two halves, without a masker."""
    X, y, groups = pictures
    classifier = lungseg.CTClassifier(**TINY, validation_fraction=0.4)
    pipeline = lungseg.Pipeline(
        "passthrough", classifier=classifier, preprocess=[BlurMask(), Halves()]
    )
    return pipeline.fit(X, y, groups)


def test_everything_comes_back_in_the_grid_of_the_scan(s3, scans) -> None:
    prediction = s3.analyze(scans[:1])[0]
    whole = s3.masker_.predict(scans[:1])[0]
    # The masker sees the scan as it was read: slices that are trimmed later keep their mask.
    assert np.array_equal(prediction.mask.voxels, whole.voxels)
    numbers = [entry["slice"] for entry in prediction.slices]
    assert set(numbers) <= {2, 3, 4, 5}
    assert len(numbers) == len(set(numbers)) == 3
    heat = s3.explain(scans[:1])[0]
    assert heat.shape == scans[0].shape
    assert np.array_equal(heat.affine, scans[0].affine)
    assert not heat.voxels[:2].any()
    assert not heat.voxels[6:].any()
    json.dumps(prediction.to_dict())


def test_slices_keep_their_numbers_whatever_the_orientation(s3, scans) -> None:
    scan = scans[1]
    turned = lungseg.Scan(
        np.ascontiguousarray(scan.voxels[::-1]),
        scan.affine @ np.array([[-1, 0, 0, 7], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]),
    )
    straight, back = s3.analyze([scan, turned])
    assert straight.slices == back.slices
    heats = s3.explain([scan, turned])
    assert np.allclose(heats[0].axial(), heats[1].axial(), atol=1e-5)


def test_saved_and_loaded_it_preprocesses_alike(s1, pictures, tmp_path) -> None:
    X, _, _ = pictures
    folder = s1.save(tmp_path / "s1")
    config = json.loads((folder / "config.json").read_text())
    assert config["preprocess"] == [
        {"blur_mask": {"filters": [[60.0, 200.0], [40.0, 170.0]]}},
        {"halves": {}},
    ]
    loaded = lungseg.Pipeline.load(folder)
    assert np.array_equal(loaded.predict_proba(X), s1.predict_proba(X))


def test_fine_tuning_preprocesses_alike(s1, pictures) -> None:
    X, _, _ = pictures
    tuned = s1.fine_tune(X[:3], ["a", "b", "c"], epochs=1)
    assert [repr(t) for t in tuned.preprocess_] == [repr(t) for t in s1.preprocess_]
    assert tuned.predict_proba(X[:1]).shape == (1, 3)


def test_the_same_transforms_in_every_method(scans) -> None:
    Own.seen.clear()
    pipeline = lungseg.Pipeline(
        "passthrough", classifier=lungseg.CTClassifier(**TINY), preprocess=[Own(), Standardise()]
    )
    pipeline.fit(scans[:2], [0, 1], validation=(scans[2:], [0, 1]))
    assert len(Own.seen) == 4
    for call in (
        pipeline.predict, pipeline.predict_proba, pipeline.predict_set, pipeline.analyze,
        pipeline.explain,
    ):  # fmt: skip
        Own.seen.clear()
        call(scans[:1])
        assert Own.seen == [((8, 96, 96), False)]
    Own.seen.clear()
    pipeline.calibrate(scans, [0, 1, 0, 1])
    assert len(Own.seen) == 4
    with pytest.raises(ValueError, match="Own is no transform"):
        pipeline.save("nowhere")


def test_halves_of_one_patient_stay_on_one_side(s1, pictures) -> None:
    X, _, _ = pictures
    # Two filters and two halves: four samples a picture in training ...
    shown = s1.chain_.show(lungseg.read(X[0])).scan
    assert (len(shown.voxels), shown.parts) == (4, 4)
    assert "val_loss" in s1.classifier_.history_[0]
    # ... and one probability, which is their mean.
    rows, _ = next(s1.classifier_.iterate_slices([shown]))
    assert np.allclose(s1.predict_proba(X[:1])[0], s1.classifier_.pool_slices(rows))
    heat = s1.explain(X[:1])[0]
    assert heat.shape == (1, *X[0].shape)


def test_stages_are_a_parameter_like_any_other() -> None:
    pipeline = lungseg.Pipeline("passthrough", preprocess=stage("nobackg"))
    copy = clone(pipeline)
    assert copy.preprocess[0] is not pipeline.preprocess[0]
    assert repr(copy.preprocess) == repr(stage("nobackg"))
    assert copy.set_params(preprocess=stage("original")).preprocess == []


def test_an_audit_looks_at_what_is_shown(s3, scans) -> None:
    found = audit(s3, scans[:2], [0, 1], range(2), repeats=5)
    assert found.auc["ROI"].n == 2
    assert found.heat_inside.value is None or 0 <= found.heat_inside.value <= 1


def test_what_cannot_be_chained_is_refused_before_training(scans) -> None:
    for transforms, message in (
        ([LungCrop()], "needs the masks of a masker"),
        ([Standardise(), RemoveBackground()], "list RemoveBackground first"),
        (Clahe(), "must be a list"),
    ):
        pipeline = lungseg.Pipeline("passthrough", preprocess=transforms)
        with pytest.raises(ValueError, match=message):
            pipeline.fit(scans, [0, 1, 0, 1])
