from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from lungseg.weights import folder_of
from sklearn.exceptions import NotFittedError

import lungseg
from lungseg.errors import InputError
from lungseg.report.complete import complete
from lungseg.report.provenance import weights_of

pytestmark = pytest.mark.usefixtures("quick_masks")


@pytest.fixture(scope="module")
def shipped():
    return lungseg.Pipeline.from_pretrained()


@pytest.fixture(scope="module")
def scans():
    return [lungseg.phantom(slices=6, size=96, seed=seed, opacities=seed) for seed in range(4)]


@pytest.fixture(scope="module")
def own(scans, quick_masker):
    """A pipeline trained here, on next to nothing."""
    classifier = lungseg.CTClassifier("simple", input_size=32, epochs=1, batch_size=4, max_slices=3)
    pipeline = lungseg.Pipeline(quick_masker, classifier=classifier)
    return pipeline.fit(scans, [0, 1, 0, 1])


def test_analyze_says_everything(shipped, scans) -> None:
    prediction = shipped.analyze(scans[:1])[0]
    assert prediction.mask.shape == scans[0].shape
    assert set(prediction.probabilities) == {"COVID", "NonCOVID"}
    assert sum(prediction.probabilities.values()) == pytest.approx(1)
    assert prediction.label in prediction.probabilities
    assert prediction.roi["lung_volume_ml"] > 500
    numbers = [entry["slice"] for entry in prediction.slices]
    lungs = prediction.mask.axial().any(axis=(1, 2))
    assert all(lungs[number] for number in numbers)
    json.dumps(prediction.to_dict())


def test_predictions_agree_with_each_other(shipped, scans) -> None:
    probabilities = shipped.predict_proba(scans[:2])
    analyzed = [list(p.probabilities.values()) for p in shipped.analyze(scans[:2])]
    assert np.array_equal(probabilities, analyzed)
    assert shipped.predict(scans[:2]).tolist() == [p.label for p in shipped.analyze(scans[:2])]
    # As joblib sends it to its workers: what is compiled is compiled there anew.
    again = pickle.loads(pickle.dumps(shipped))
    assert np.array_equal(again.predict_proba(scans[:2]), probabilities)


def test_a_saved_prediction_can_be_looked_at(shipped, scans, tmp_path) -> None:
    folder = shipped.analyze(scans[:1])[0].save(tmp_path / "result")
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["mask.nii.gz", "overlay.png", "report.html", "result.json"]
    assert lungseg.read(folder / "overlay.png").shape[1] > 100


def test_a_prediction_is_completed_for_a_report(shipped, scans, tmp_path) -> None:
    # Each slice that is explained takes seconds.
    scan = scans[0].with_voxels(scans[0].voxels[2:3], scans[0].affine)
    prediction = shipped.analyze([scan])[0]
    assert (prediction.weights, prediction.heatmap, prediction.severity) == ({}, None, None)
    whole = complete(prediction, shipped)
    assert whole.heatmap.shape == scan.shape
    assert np.array_equal(whole.heatmap.voxels, shipped.explain([scan])[0].voxels)
    path = folder_of("covid-ct") / "classifier.weights.h5"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    files = whole.weights["classifier"]["files"]
    assert set(files) == {
        "classifier.weights.h5", "classifier.320.evidence.xz", "classifier.320.graph.xz",
    }  # fmt: skip
    assert files["classifier.weights.h5"] == digest
    assert whole.weights["masker"]["network"] == "bcdunet-d3"
    page = (whole.save(tmp_path) / "report.html").read_text("utf-8")
    assert digest in page
    assert "Grad-CAM was not computed" not in page
    assert complete(prediction, shipped, heatmap=False).heatmap is None


@pytest.mark.parametrize("start", [None, "ct", ["ct", "infection"]])
def test_weights_that_were_trained_here_have_no_name(own, start, monkeypatch) -> None:
    monkeypatch.setattr(own.classifier_, "weights", start)
    assert weights_of(own)["classifier"] == {
        "name": None,
        "network": "simple",
        "saved_with": {},
        "files": {},
    }


def test_bad_inputs_do_not_stop_the_good_ones(shipped, scans) -> None:
    outcomes = shipped.analyze([scans[0], "no-such-file.png", scans[1]], on_error="return")
    assert [isinstance(outcome, InputError) for outcome in outcomes] == [False, True, False]
    with pytest.raises(InputError, match="no-such-file"):
        shipped.analyze(["no-such-file.png"])


def test_a_fresh_process_gives_the_same_probabilities(own, scans, tmp_path) -> None:
    folder = own.save(tmp_path / "own")
    expected = own.predict_proba(scans)
    code = (
        "import lungseg, sys, numpy as np\n"
        "scans = [lungseg.phantom(slices=6, size=96, seed=s, opacities=s) for s in range(4)]\n"
        "p = lungseg.Pipeline.load(sys.argv[1]).predict_proba(scans)\n"
        "np.save(sys.argv[2], p)"
    )
    subprocess.run([sys.executable, "-c", code, folder, tmp_path / "p.npy"], check=True)
    assert np.array_equal(np.load(tmp_path / "p.npy"), expected)


def test_an_artefact_is_whole(own, tmp_path) -> None:
    folder = own.save(tmp_path / "own")
    config = json.loads((folder / "config.json").read_text())
    assert config["classifier"]["classes"] == [0, 1]
    assert config["roi"]["params"] == lungseg.RoiMultiply().get_params()
    assert {"masker", "versions", "format"} <= set(config)
    # The export is there where the packages that make one are.
    assert {p.name for p in folder.iterdir()} - {"masker.onnx.xz"} == {
        "SHA256SUMS",
        "card.md",
        "classifier.weights.h5",
        "config.json",
        "masker.weights.h5",
    }
    assert own.save(folder) == folder


def test_passthrough_leaves_scans_whole(scans) -> None:
    classifier = lungseg.CTClassifier("simple", input_size=32, epochs=1, batch_size=4, max_slices=2)
    pipeline = lungseg.Pipeline("passthrough", classifier=classifier).fit(scans, [0, 1, 0, 1])
    prediction = pipeline.analyze(scans[:1])[0]
    assert prediction.mask is None
    assert prediction.mask_confidence is None


def test_fine_tuning_leaves_the_base_as_it_was(own, scans) -> None:
    before = own.predict_proba(scans)
    tuned = own.fine_tune(scans, ["a", "b", "c", "a"], epochs=1)
    assert tuned.classes_.tolist() == ["a", "b", "c"]
    assert tuned.predict_proba(scans).shape == (4, 3)
    assert np.array_equal(own.predict_proba(scans), before)


def test_a_masker_without_weights_is_refused(scans) -> None:
    with pytest.raises(NotFittedError, match="holds no trained weights"):
        lungseg.Pipeline(lungseg.LungMasker()).fit(scans, [0, 1, 0, 1])
    with pytest.raises(NotFittedError, match="not fitted"):
        lungseg.Pipeline().predict(scans)


def test_weights_of_another_kind_are_refused() -> None:
    with pytest.raises(InputError, match="hold no pipeline; give others"):
        lungseg.Pipeline.from_pretrained("lungs")


def test_slices_are_numbered_from_the_feet_whatever_the_orientation(shipped, scans) -> None:
    scan = scans[2]
    turned = lungseg.Scan(
        np.ascontiguousarray(scan.voxels[::-1]),
        scan.affine @ np.array([[-1, 0, 0, 5], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]),
    )
    straight, back = shipped.analyze([scan, turned])
    assert straight.slices == back.slices


@pytest.mark.data
@pytest.mark.parametrize(
    ("every", "least"), [(8, 0.6), pytest.param(1, 0.77, marks=pytest.mark.slow)]
)
def test_official_test_split_of_covid_ct(shipped, data, every, least) -> None:
    from lungseg.evaluation.measure import measure_pipeline
    from lungseg.manifest import read_manifest

    manifest = read_manifest(data / "covid_ct" / "manifest.csv").split("test").thinned(every)
    result = measure_pipeline(shipped, manifest, repeats=50)
    assert result["figures"]["roc_auc"]["value"] >= least
    assert result["per_patient"]["roc_auc"]["n"] == len(set(manifest.patients))
    assert result["figures"]["set_coverage"]["value"] >= least + 0.1
    assert 1 <= result["figures"]["set_size"]["value"] <= 2
