from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import lungseg
from lungseg.artifact import read_artifact
from tests.lungseg.cli.calling import run

pytest.importorskip("openvino")
pytest.importorskip("tf2onnx")

TINY = {"network": "simple", "input_size": 32, "epochs": 1, "batch_size": 4}


@pytest.fixture(scope="module")
def slow(pictures):
    X, y, _ = pictures
    return lungseg.CTClassifier(**TINY).fit(X, y)


@pytest.fixture(scope="module")
def folder(slow, tmp_path_factory):
    folder = slow.save(tmp_path_factory.mktemp("weights") / "own", documents={"card.md": "mine"})
    result = run("quicken", folder)
    assert result.returncode == 0, result.stderr
    return folder


def test_the_rest_of_the_artefact_stays(folder) -> None:
    assert read_artifact(folder)["kind"] == "classifier"
    assert (folder / "card.md").read_text("utf-8") == "mine"
    assert "classifier.32.graph.xz" in (folder / "SHA256SUMS").read_text("utf-8")


def test_what_is_quick_already_is_left_alone(folder) -> None:
    before = (folder / "SHA256SUMS").read_text("utf-8")
    result = run("quicken", folder)
    assert (result.returncode, "already" in result.stdout) == (0, True)
    assert (folder / "SHA256SUMS").read_text("utf-8") == before
    result = run("quicken", folder, "--again")
    assert (result.returncode, "classifier.32.graph.xz" in result.stdout) == (0, True)


def test_probabilities_are_those_of_keras(slow, folder, pictures) -> None:
    X, _, _ = pictures
    quick = lungseg.CTClassifier.from_pretrained(folder)
    assert np.allclose(quick.predict_proba(X), slow.predict_proba(X), atol=1e-4)
    assert np.array_equal(quick.set_params(engine="keras").predict_proba(X), slow.predict_proba(X))


def test_loaded_elsewhere_it_predicts_the_same_and_without_tensorflow(
    folder, pictures, tmp_path
) -> None:
    X, _, _ = pictures
    np.savez(tmp_path / "pictures.npz", *X)
    code = (
        "import sys, numpy as np, lungseg\n"
        f"X = list(np.load({str(tmp_path / 'pictures.npz')!r}).values())\n"
        f"p = lungseg.CTClassifier.from_pretrained({str(folder)!r}).predict_proba(X)\n"
        f"np.save({str(tmp_path / 'found.npy')!r}, p)\n"
        "assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    here = lungseg.CTClassifier.from_pretrained(folder).predict_proba(X)
    assert np.array_equal(np.load(tmp_path / "found.npy"), here)


def test_a_copy_is_as_quick(folder, tmp_path) -> None:
    copy = lungseg.CTClassifier.from_pretrained(folder).save(tmp_path / "copy", precision="half")
    assert (copy / "classifier.32.graph.xz").read_bytes() == (
        folder / "classifier.32.graph.xz"
    ).read_bytes()


def test_a_new_training_has_no_graph(folder, pictures, tmp_path) -> None:
    X, y, _ = pictures
    again = lungseg.CTClassifier.from_pretrained(folder).set_params(weights=None).fit(X, y)
    assert not (again.save(tmp_path / "again") / "classifier.32.graph.xz").exists()


def test_a_tuned_pipeline_is_as_quick_as_its_base(folder, pictures) -> None:
    X, y, _ = pictures
    base = lungseg.CTClassifier.from_pretrained(folder)
    tuned = lungseg.CTClassifier(**TINY, weights=folder).fit(X, y).quicken_like(base)
    quick = tuned.predict_proba(X)
    assert tuned._graphs
    assert np.allclose(quick, tuned.set_params(engine="keras").predict_proba(X), atol=1e-4)
    assert not np.allclose(quick, base.predict_proba(X), atol=1e-4)
    three = [*y[:-2], "other", "other"]
    more = lungseg.CTClassifier(**TINY).fit(X, three).quicken_like(base)
    assert not more._graphs


def test_what_is_no_classifier_is_refused() -> None:
    result = run("quicken", "lungs")
    assert result.returncode == 1
    assert "holds no classifier" in result.stderr


def test_what_marks_infection_is_as_it_was(tmp_path) -> None:
    slow = lungseg.InfectionSegmenter("unet-s3", input_size=32, scales=(1.0, 2.0))
    slow.model_ = slow._build()
    slow._take(threshold=0.5, spread=None)
    folder = slow.save(tmp_path / "own")
    assert run("quicken", folder).returncode == 0
    quick = lungseg.InfectionSegmenter.from_pretrained(folder).set_params(masker="passthrough")
    slow.set_params(masker="passthrough")
    scans = [lungseg.phantom(slices=n, size=64) for n in (1, 6)]
    for here, there in zip(quick.predict_proba(scans), slow.predict_proba(scans), strict=True):
        assert np.allclose(here, there, atol=1e-4)
    assert sorted(path.name for path in folder.glob("*.xz")) == [
        "infection.32.graph.xz",
        "infection.64.graph.xz",
    ]


def test_the_extra_stands_in_the_help_with_its_brackets() -> None:
    assert "lungseg[openvino]" in run("quicken", "--help").stdout
