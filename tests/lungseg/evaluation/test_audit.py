from __future__ import annotations

import json

import numpy as np
import pytest

import lungseg
from lungseg.evaluation.audit import VIEWS, audit


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
