from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lungseg
from lungseg.backend import keras
from lungseg.explain import grad_cam
from lungseg.report.overlay import heat_overlay

pytestmark = pytest.mark.usefixtures("quick_masks")


def spot_detector() -> keras.Model:
    """A network whose second logit is how bright the picture is, summed over places."""
    inputs = keras.Input((64, 64, 1))
    maps = keras.layers.Conv2D(1, 8, strides=8, use_bias=False, name="maps")(inputs)
    pooled = keras.layers.GlobalAveragePooling2D()(maps)
    model = keras.Model(inputs, keras.layers.Dense(2)(pooled))
    model.get_layer("maps").set_weights([np.full((8, 8, 1, 1), 1 / 64, np.float32)])
    model.layers[-1].set_weights([np.array([[-1.0, 1.0]], np.float32), np.zeros(2, np.float32)])
    return model


def test_the_heat_lies_where_the_evidence_is() -> None:
    picture = np.zeros((1, 64, 64), np.uint8)
    picture[0, 8:16, 40:48] = 255
    heat = grad_cam(spot_detector(), picture, 1)[0]
    assert np.unravel_index(heat.argmax(), heat.shape)[0] in range(8, 16)
    assert heat[8:16, 40:48].mean() > 0.45
    assert heat[40:, :30].max() == 0
    # What speaks for one class speaks against the other.
    assert not grad_cam(spot_detector(), picture, 0).any()


def test_wrong_targets_and_networks_without_maps_say_so() -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        grad_cam(spot_detector(), np.zeros((1, 64, 64), np.uint8), 2)
    inputs = keras.Input((8,))
    flat = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    with pytest.raises(ValueError, match="no feature maps"):
        grad_cam(flat, np.zeros((1, 8, 8), np.uint8), 0)


def test_a_backend_without_gradients_says_what_to_do(monkeypatch) -> None:
    monkeypatch.setattr("lungseg.backend.backend_name", lambda: "jax")
    with pytest.raises(RuntimeError, match="KERAS_BACKEND=tensorflow"):
        grad_cam(spot_detector(), np.zeros((1, 64, 64), np.uint8), 1)


def test_torch_finds_the_same_heat(tmp_path) -> None:
    pytest.importorskip("torch")
    picture = np.zeros((1, 64, 64), np.uint8)
    picture[0, 8:16, 40:48] = 255
    np.save(tmp_path / "picture.npy", picture)
    code = (
        "import sys, numpy as np; from pathlib import Path\n"
        "from lungseg.explain import grad_cam; from tests.lungseg.test_explain import *\n"
        "folder = Path(sys.argv[1])\n"
        "heat = grad_cam(spot_detector(), np.load(folder / 'picture.npy'), 1)\n"
        "np.save(folder / 'heat.npy', heat)\n"
    )
    env = {**os.environ, "KERAS_BACKEND": "torch"}
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=env, cwd=root)
    here = grad_cam(spot_detector(), picture, 1)
    assert np.allclose(np.load(tmp_path / "heat.npy"), here, atol=1e-5)


def test_a_pipeline_explains_in_the_grid_of_the_scan(chest) -> None:
    whole, _ = chest
    # Each slice that is explained takes seconds.
    scan = whole.with_voxels(whole.voxels[5:7], whole.affine)
    pipeline = lungseg.Pipeline.from_pretrained()
    heat, of_picture = pipeline.explain([scan, scan.voxels[1]])
    assert heat.shape == scan.shape
    assert np.array_equal(heat.affine, scan.affine)
    assert of_picture.shape == (1, *scan.shape[1:])
    mask = pipeline.masker_.predict([scan])[0]
    outside = np.ones(scan.shape, bool)
    outside[pipeline.roi_.box_of(lungseg.scan.MaskedScan(scan, mask))] = False
    assert not heat.voxels[outside].any()
    with pytest.raises(ValueError, match="label must be one of"):
        pipeline.explain([scan], "influenza")
    rgb = heat_overlay(np.zeros(scan.shape[1:], np.uint8), heat.voxels[1])
    assert rgb.shape == (*scan.shape[1:], 3)


def test_many_pictures_are_explained_as_each_alone() -> None:
    pictures = np.random.default_rng(0).integers(0, 255, (5, 64, 64), np.uint8)
    alone = [grad_cam(spot_detector(), pictures[i : i + 1], 1)[0] for i in range(5)]
    assert np.allclose(grad_cam(spot_detector(), pictures, 1), alone, atol=1e-5)
