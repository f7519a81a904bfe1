from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.base import clone

import lungseg
from lungseg.evaluation.dice import dice
from lungseg.inference.engine import make_engine

PACKAGES = {"onnx": "onnxruntime", "openvino": "openvino"}


@pytest.fixture(scope="module")
def scan() -> lungseg.Scan:
    return lungseg.phantom(slices=6, size=160)


@pytest.fixture(scope="module")
def reference(masker, scan) -> lungseg.LungMask:
    return clone(masker).set_params(engine="keras").predict([scan])[0]


@pytest.mark.parametrize("engine", PACKAGES)
def test_all_engines_find_the_same_lungs(masker, scan, reference, engine) -> None:
    pytest.importorskip(PACKAGES[engine])
    found = clone(masker).set_params(engine=engine).predict([scan])[0]
    assert dice(reference.lungs, found.lungs) >= 0.999
    assert found.confidence == pytest.approx(reference.confidence, abs=0.02)


@pytest.mark.parametrize("engine", PACKAGES)
def test_an_engine_is_asked_by_many_threads_and_pickled(masker, engine) -> None:
    pytest.importorskip(PACKAGES[engine])
    made = make_engine(engine, keras=lambda: None, onnx=masker.to_onnx)
    grey = np.random.default_rng(0).integers(0, 256, (6, 64, 64), np.uint8)
    with ThreadPoolExecutor(4) as threads:
        parts = list(threads.map(lambda one: made(one[None]), grey))
    whole = made(grey)
    assert np.allclose(np.concatenate(parts), whole, atol=1e-5)
    assert np.array_equal(pickle.loads(pickle.dumps(made))(grey), whole)


def test_auto_takes_keras_for_a_network_without_export() -> None:
    class Model:
        def predict_on_batch(self, batch):
            return batch

    assert make_engine("auto", keras=Model, onnx=lambda: None).name == "keras"
    with pytest.raises(ValueError, match="auto, keras, onnx or openvino"):
        make_engine("tensorrt", keras=Model, onnx=lambda: None)


def test_a_missing_package_names_its_extra(monkeypatch) -> None:
    monkeypatch.setattr("lungseg.inference.engine.find_spec", lambda name: None)
    for name in PACKAGES:
        with pytest.raises(ModuleNotFoundError, match=rf"lungseg\[{name}\]"):
            make_engine(name, keras=object, onnx=lambda: b"")


def test_the_shipped_masker_needs_no_keras_where_openvino_is(tmp_path) -> None:
    pytest.importorskip("openvino")
    import subprocess
    import sys

    code = (
        "import lungseg, sys; scan = lungseg.phantom(slices=2, size=96);"
        "lungseg.LungMasker.from_pretrained().predict([scan]);"
        "assert 'keras' not in sys.modules and 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


def test_an_export_runs_on_its_own(masker) -> None:
    runtime = pytest.importorskip("onnxruntime")
    exported = masker.to_onnx()
    assert exported is not None
    session = runtime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    grey = np.random.default_rng(0).random((2, 64, 96, 1), np.float32)
    (found,) = session.run(None, {session.get_inputs()[0].name: grey})
    assert np.allclose(found, masker.model_.predict_on_batch(grey), atol=1e-3)
