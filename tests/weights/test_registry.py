from __future__ import annotations

import json

import numpy as np
import pytest
from lungseg.weights import default, folder_of, names

import lungseg
from lungseg.artifact import verify_artifact
from lungseg.explain import grad_cam
from lungseg.inference.score import score_pictures
from lungseg.scan import MaskedScan
from tests.eagerly import eagerly


@pytest.mark.parametrize("name", names())
def test_shipped_weights_are_whole_and_have_a_card(name) -> None:
    folder = folder_of(name)
    verify_artifact(folder)
    card = (folder / "card.md").read_text()
    for part in ("## Data", "## Training", "## Licence", "Not a medical device"):
        assert part in card
    json.loads((folder / "metrics.json").read_text())


def test_all_weights_together_stay_small() -> None:
    total = sum(path.stat().st_size for name in names() for path in folder_of(name).iterdir())
    assert total < 40 * 2**20


def test_the_shipped_graphs_of_the_classifier_compute_what_keras_does() -> None:
    pytest.importorskip("openvino")
    quick = lungseg.CTClassifier.from_pretrained()
    side = quick.input_size
    shown = np.random.default_rng(0).integers(0, 256, (1, side, side, 2), np.uint8)
    shown[..., 1] = 0
    shown[:, 60:200, 40:260, 1] = 255
    here = score_pictures(quick._graphs[side], shown)
    with eagerly():
        there = score_pictures(quick.model_, shown)
    assert np.allclose(here, there, atol=1e-4)
    here, there = (grad_cam(one, shown, 1) for one in (quick._evidence[side], quick.model_))
    assert there.max() == 1
    assert np.allclose(here, there, atol=1e-3)


def test_the_shipped_graphs_of_the_infection_compute_what_keras_does() -> None:
    pytest.importorskip("openvino")
    scan = MaskedScan(*lungseg.phantom(slices=1, size=160, opacities=6, return_mask=True))
    segmenter = lungseg.InfectionSegmenter.from_pretrained()
    assert set(segmenter._graphs) == {256, 320}
    (here,) = segmenter.predict_proba([scan])
    (there,) = segmenter.set_params(engine="keras").predict_proba([scan])
    assert here.max() > 0.5
    assert np.allclose(here, there, atol=1e-3)


def test_defaults_are_installed() -> None:
    assert {default("masker"), default("pipeline")} <= set(names())


def test_a_name_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(lungseg.InputError, match="covid-ct"):
        folder_of("no-such-weights")


def test_a_changed_file_is_refused_when_it_is_loaded(tmp_path) -> None:
    import shutil

    copy = shutil.copytree(folder_of("lungs"), tmp_path / "lungs")
    with (copy / "masker.weights.h5").open("ab") as file:
        file.write(b"x")
    with pytest.raises(lungseg.InputError, match="SHA-256"):
        lungseg.LungMasker.from_pretrained(copy)
