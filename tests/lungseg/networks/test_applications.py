from __future__ import annotations

import numpy as np
import pytest

import lungseg
from lungseg.backend import keras
from lungseg.networks import build
from lungseg.networks.applications import application_trunk
from lungseg.networks.transfer import copy_weights, trunk_of

MEAN, DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def imagenet(tmp_path_factory):
    """A file such as Keras downloads for EfficientNetB0: deviations in place of variances."""
    network = keras.applications.EfficientNetB0(include_top=False, weights=None)
    layer = next(x for x in network.layers if isinstance(x, keras.layers.Normalization))
    layer.set_weights([np.array(MEAN), np.array(DEVIATIONS), np.array(0)])
    for norm in network.layers:
        if isinstance(norm, keras.layers.BatchNormalization):
            norm.moving_variance.assign(norm.moving_variance / 2)  # else next to nothing is left
    path = tmp_path_factory.mktemp("imagenet") / "notop.h5"
    network.save(str(path))
    return path


def as_keras_has_it(picture, path, monkeypatch) -> np.ndarray:
    """What Keras computes from ImageNet weights, with its layer more."""
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", lambda *_args, **_kwargs: str(path))
    network = keras.applications.EfficientNetB0(
        include_top=False, weights="imagenet", input_shape=(64, 64, 3)
    )
    return np.asarray(network(picture))


def test_imagenet_weights_compute_what_they_do_in_keras(picture, imagenet, monkeypatch) -> None:
    expected = as_keras_has_it(picture, imagenet, monkeypatch)
    scale = np.abs(expected).max()
    assert scale > 0.01
    for weights in ("imagenet", imagenet):
        network = build("efficientnetb0", (64, 64, 3), weights=weights)
        # Random weights amplify what threads round in another order; a layer that is
        # missing changes all of it.
        assert np.abs(trunk_of(network)([picture]) - expected).max() < 0.02 * scale


def test_what_starts_from_imagenet_loads_into_what_does_not(picture, imagenet, tmp_path) -> None:
    started = build("efficientnetb0", (64, 64, 3), weights=imagenet)
    started.save_weights(str(tmp_path / "network.weights.h5"))
    expected = np.asarray(started(picture))
    loaded, copied = (build("efficientnetb0", (64, 64, 3)) for _ in range(2))
    loaded.load_weights(str(tmp_path / "network.weights.h5"))
    assert np.array_equal(loaded(picture), expected)
    copy_weights(started, copied)
    assert np.array_equal(copied(picture), expected)


def test_a_file_of_weights_that_will_not_do_is_one_clear_error(imagenet, tmp_path) -> None:
    with pytest.raises(lungseg.InputError, match="no such file"):
        build("mobilenetv2", (32, 32, 1), weights=tmp_path / "none.weights.h5")
    with pytest.raises(lungseg.InputError, match="no weights of mobilenet"):
        build("mobilenetv2", (32, 32, 1), weights=imagenet)
    (tmp_path / "broken.h5").write_text("no weights")
    with pytest.raises(lungseg.InputError, match="no weights of resnet18"):
        build("resnet18", (32, 32, 1), weights=tmp_path / "broken.h5")


@pytest.mark.parametrize("name", ["ResNet50", "MobileNetV2"])
def test_without_a_network_there_is_one_clear_error(name, monkeypatch) -> None:
    def offline(*_args, **_kwargs) -> None:
        raise Exception("URL fetch failure on https://…: None -- no route")

    monkeypatch.setattr(keras.applications, name, offline)
    with pytest.raises(lungseg.InputError, match="could not be downloaded"):
        application_trunk(name, keras.Input((32, 32, 3)), weights="imagenet")


@pytest.mark.parametrize(
    ("name", "scaled"),
    [
        ("resnet50", keras.applications.resnet.preprocess_input),
        ("mobilenetv2", keras.applications.mobilenet_v2.preprocess_input),
    ],
)
def test_colours_are_prepared_as_imagenets_were(name, scaled, picture) -> None:
    network = build(name, (64, 64, 3))
    first = "conv1_pad" if name == "resnet50" else "Conv1"
    tap = keras.Model(network.inputs, network.get_layer(first).input)
    assert np.allclose(tap([picture]), scaled(picture.copy()), atol=1e-4)
