from __future__ import annotations

import json

import numpy as np
import pytest

import lungseg
from lungseg.evaluation.audit import VIEWS, audit, join_looks, look
from lungseg.scan import MaskedScan


class Brightness:
    """A classifier that sees nothing but how bright the middle of a picture is."""

    def predict_on_batch(self, batch):
        middle = batch[:, 20:44, 20:44].mean(axis=(1, 2, 3)) / 25
        return np.stack([-middle, middle], axis=1)


@pytest.fixture(scope="module")
def pipeline(quick_masker) -> lungseg.Pipeline:
    pipeline = lungseg.Pipeline(
        quick_masker,
        lungseg.RoiMultiply(None),
        lungseg.CTClassifier("simple", input_size=64, epochs=1),
    )
    scans = [lungseg.phantom(slices=1, size=128, seed=seed) for seed in range(2)]
    return pipeline.fit(scans, ["healthy", "ill"])


def test_a_label_that_lies_in_the_background_is_found_out(pipeline) -> None:
    scans, labels = [], []
    for seed in range(12):
        scan = lungseg.phantom(slices=1, size=128, seed=seed, opacities=0)
        voxels = scan.voxels.copy()
        if seed % 2:  # a label that is written into the soft tissue, not into the lungs
            voxels[voxels > -300] += 300
        scans.append(scan.with_voxels(voxels))
        labels.append("ill" if seed % 2 else "healthy")
    pipeline.classifier_.model_, kept = _with_brightness(pipeline), pipeline.classifier_.model_
    try:
        found = audit(pipeline, scans, labels, range(12), repeats=200)
    finally:
        pipeline.classifier_.model_ = kept
    assert set(found.auc) == set(VIEWS)
    assert found.auc["background alone"].value > 0.9
    assert found.shortcut
    assert "without the lungs" in str(found)


def _with_brightness(pipeline):
    """The pipeline's own network with its answers exchanged: Grad-CAM still has layers."""
    network = pipeline.classifier_.model_

    class Answers:
        layers, inputs, outputs = network.layers, network.inputs, network.outputs
        input_shape, output_shape = network.input_shape, network.output_shape
        get_layer, predict_on_batch = network.get_layer, Brightness().predict_on_batch

    return Answers()


def test_an_audit_is_saved_as_json_and_figure(pipeline, tmp_path) -> None:
    scans = [lungseg.phantom(slices=1, size=128, seed=seed) for seed in range(4)]
    found = audit(pipeline, scans, ["healthy", "ill"] * 2, range(4), repeats=50)
    stored = json.loads(json.dumps(found.to_dict()))
    assert 0 <= stored["heat_inside_lungs"]["value"] <= 1
    assert found.save_figure(tmp_path / "audit.png").stat().st_size > 1000
    with pytest.raises(ValueError, match="does not know"):
        audit(pipeline, scans, ["well"] * 4, range(4))


def looks_of(count: int, texture_of) -> list[dict]:
    """Looks of a classifier that knows nothing, and the textures of its scans."""
    blank = {view: [0.5, 0.5] for view in VIEWS}
    return [
        {"views": blank, "heat_inside": 0.5, "texture": texture_of(number)}
        for number in range(count)
    ]


def test_classes_that_were_made_in_different_ways_are_told_of() -> None:
    by_class = join_looks(
        looks_of(20, lambda number: [number % 2, 0.5]), [0, 1] * 10, range(20), repeats=50
    )
    assert not by_class.shortcut
    assert by_class.made_differently
    assert by_class.acquisition is not None
    assert by_class.acquisition.value == 1
    assert "texture outside the lungs" in str(by_class)
    assert by_class.to_dict()["warnings"] == by_class.warnings
    assert len(by_class.warnings) == 1


def test_textures_that_do_not_go_with_the_class_are_not() -> None:
    values = np.random.default_rng(3).random((20, 2))
    found = join_looks(
        looks_of(20, lambda number: values[number].tolist()), [0, 1] * 10, range(20), repeats=50
    )
    assert found.acquisition is not None
    assert not found.made_differently
    assert found.warnings == []


def test_few_patients_are_not_asked_for_their_texture() -> None:
    found = join_looks(
        looks_of(20, lambda number: [number % 2, 0.5]), [0, 1] * 10, [0, 1, 2, 3] * 5, repeats=50
    )
    assert found.acquisition is None
    assert "texture" not in str(found)


def test_a_look_holds_the_texture_outside_the_lungs(pipeline) -> None:
    scan, mask = lungseg.phantom(slices=1, size=128, return_mask=True)
    within = scan.with_voxels(np.where(mask.lungs, -400, scan.voxels))
    noisy = scan.with_voxels(scan.voxels + np.random.default_rng(0).normal(0, 99, scan.shape))
    textures = [look(pipeline, MaskedScan(one, mask))["texture"] for one in (scan, within, noisy)]
    assert textures[0] == textures[1] != textures[2]
