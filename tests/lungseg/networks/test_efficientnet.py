from __future__ import annotations

import numpy as np
import pytest

import lungseg
from lungseg.backend import keras
from lungseg.explain import grad_cam
from lungseg.networks import build
from lungseg.networks.efficientnet_unet import efficientnet_unet
from lungseg.networks.export import to_onnx
from lungseg.networks.head import head_start
from lungseg.networks.lung_head import stages_of
from lungseg.networks.start import start_from
from lungseg.networks.transfer import copy_weights, trunk_of


def run(model: keras.Model, shown: np.ndarray) -> np.ndarray:
    """Call it layer by layer: tracing an EfficientNet takes longer than a picture or two."""
    return np.asarray(model(shown, training=False))


def test_one_flat_graph_so_that_gradients_reach_every_layer() -> None:
    network = build("efficientnetb0", (64, 64, 1), 3)
    assert not [layer for layer in network.layers if isinstance(layer, keras.Model)]
    assert network.output_shape == (None, 3)


def test_imagenet_without_a_network_is_one_clear_error(monkeypatch) -> None:
    def offline(*_args, **_kwargs) -> None:
        raise Exception("URL fetch failure on https://…: None -- no route")

    monkeypatch.setattr(keras.applications, "EfficientNetB0", offline)
    with pytest.raises(lungseg.InputError, match="could not be downloaded"):
        build("efficientnetb0", (64, 64, 3), weights="imagenet")


def test_a_pretrained_trunk_passes_to_the_classifier() -> None:
    unet, classifier = efficientnet_unet((64, 64, 1)), build("efficientnetb0", (64, 64, 1), 2)
    copy_weights(unet, classifier)
    picture = np.random.default_rng(0).uniform(0, 1, (1, 64, 64, 1)).astype(np.float32)
    tap = keras.Model(unet.inputs, unet.get_layer("top_activation").output)
    here = run(trunk_of(classifier), picture * 255)
    assert np.allclose(run(tap, picture), here, atol=1e-5)


def test_too_small_an_input_is_refused() -> None:
    with pytest.raises(ValueError, match="32 pixels"):
        build("efficientnetb0", (16, 16, 1))


def test_a_head_of_the_lungs_keeps_the_trunk_whole() -> None:
    masked = build("efficientnetb0", (64, 64, 2), 2, head="lungs")
    plain = build("efficientnetb0", (64, 64, 1), 2)
    assert masked.layers[-1].input.shape[-1] == 3 * (1280 + 24 + 40 + 80 + 112 + 192)
    assert copy_weights(trunk_of(plain), masked) == 131
    assert masked.layers[head_start(masked)].input[0].shape == trunk_of(plain).output.shape


def test_looks_at_several_sizes_share_the_weights_of_the_trunk() -> None:
    once = build("efficientnetb0", (96, 96, 2), 2, head="lungs")
    twice = build("efficientnetb0", (96, 96, 2), 2, head="lungs", scales=[1, 0.67])
    features = once.layers[-1].input.shape[-1]
    assert twice.layers[-1].input.shape[-1] == 2 * features
    assert twice.count_params() - once.count_params() == 2 * features
    assert not [layer for layer in twice.layers if isinstance(layer, keras.Model)]
    # Of the picture at 64 pixels it makes what a network of that size does.
    small = build("efficientnetb0", (64, 64, 2), 2, head="lungs")
    copy_weights(twice, small)
    shown = np.zeros((1, 96, 96, 2), np.float32)
    shown[:, 30:60, 20:70] = 255
    resized = keras.ops.image.resize(shown, (64, 64))
    both = run(keras.Model(twice.inputs, twice.layers[-1].input), shown)
    alone = run(keras.Model(small.inputs, small.layers[-1].input), resized)
    assert np.allclose(both[:, features:], alone, atol=1e-4)


def test_looks_at_several_sizes_learn_only_when_told_to() -> None:
    model = build("efficientnetb0", (64, 64, 2), 2, head="lungs", scales=[1, 0.5])
    before = [np.array(weight) for weight in model.weights]
    shown = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 2)).astype(np.float32)
    by_default = np.array(model(shown))
    assert np.allclose(by_default, model(shown, training=False), atol=1e-5)
    assert all((one == now).all() for one, now in zip(before, model.get_weights(), strict=True))


@pytest.mark.slow  # tests/weights holds a graph that was exported so against Keras
def test_looks_at_several_sizes_can_be_exported() -> None:
    model = build("efficientnetb0", (64, 64, 2), 2, head="lungs", scales=[1, 0.5])
    shown = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 2)).astype(np.float32)
    here = run(model, shown)
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(to_onnx(model), providers=["CPUExecutionProvider"])
    (there,) = session.run(None, {session.get_inputs()[0].name: shown})
    assert np.allclose(there, here, atol=1e-4)


@pytest.mark.parametrize("scales", [[], [0.5], [1, 2], [1, 0]])
def test_scales_are_shares_from_one_down(scales) -> None:
    with pytest.raises(ValueError, match="from 1 down"):
        build("efficientnetb0", (64, 64, 2), head="lungs", scales=scales)


def test_each_trunk_gives_features_of_its_own_weights() -> None:
    both = build("efficientnetb0", (64, 64, 2), 2, head="lungs", trunks=2)
    ends, stages = stages_of(both)
    assert ends == (3840, 72, 120, 240, 336, 576)
    assert sorted(stages) == [72, 120, 240, 336, 576]
    start_from(both, ["ct", "infection"])
    features = keras.Model(both.inputs, both.layers[-1].input)
    shown = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 2)).astype(np.float32)
    seen = run(features, shown)
    for name, here in (("ct", seen[:, : sum(ends)]), ("infection", seen[:, sum(ends) :])):
        alone = build("efficientnetb0", (64, 64, 2), 2, head="lungs")
        start_from(alone, name)
        there = run(keras.Model(alone.inputs, alone.layers[-1].input), shown)
        # Of the second trunk the sixth stage comes first, and what follows it is not seen.
        if name == "infection":
            there = np.concatenate([there[:, -576:], there[:, 3840:-576]], axis=1)
        assert np.allclose(here, there, atol=1e-4)


def test_the_end_of_a_further_trunk_takes_no_room() -> None:
    once, twice = (build("efficientnetb0", (64, 64, 2), 2, head="lungs", trunks=n) for n in (1, 2))
    assert twice.count_params() < 1.75 * once.count_params()
    assert copy_weights(twice, once) == 131


def test_lungs_in_parts_give_features_of_their_own() -> None:
    whole, parted = (
        build("efficientnetb0", (64, 64, 2), 2, head="lungs", rim=rim) for rim in (None, 0.1)
    )
    assert stages_of(parted) == (tuple(3 * size for size in stages_of(whole)[0]),)
    copy_weights(whole, parted)
    shown = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 2)).astype(np.float32)
    shown[..., 1] = 0
    shown[:, 8:50, 10:60, 1] = 255
    deep = shown.copy()
    deep[..., 1] = 0
    deep[:, 14:44, 16:54, 1] = 255
    features = [keras.Model(one.inputs, one.layers[-1].input) for one in (whole, parted)]
    # The end of the trunk comes first, of it the lungs as a whole and their rim.
    size = stages_of(whole)[0][0]
    both = run(features[1], shown)[:, 2 * size : 3 * size]
    assert np.allclose(both, run(features[0], deep)[:, :size], atol=1e-4)


def test_a_rim_needs_a_head_that_sees_the_lungs() -> None:
    with pytest.raises(ValueError, match="needs the head 'lungs'"):
        build("efficientnetb0", (64, 64, 1), rim=0.1)


@pytest.mark.parametrize(("head", "trunks"), [("pool", 2), ("lungs", 0)])
def test_several_trunks_need_a_head_that_joins_them(head, trunks) -> None:
    with pytest.raises(ValueError, match="trunks"):
        build("efficientnetb0", (64, 64, 1 + (head == "lungs")), head=head, trunks=trunks)


def test_another_head_looks_once() -> None:
    with pytest.raises(ValueError, match="need the head 'lungs'"):
        build("efficientnetb0", (64, 64, 1), scales=[1, 0.5])


def test_what_lies_outside_the_lungs_counts_by_its_neighbours_alone() -> None:
    model = build("efficientnetb0", (256, 256, 2), 2, head="lungs")
    trunk = keras.Model(model.inputs, model.get_layer("head_stages").input[1])
    rng = np.random.default_rng(0)
    shown = rng.integers(0, 255, (1, 256, 256, 2)).astype(np.float32)
    shown[..., 1] = 0
    shown[:, :64, :64, 1] = 255
    other = shown.copy()
    other[:, 128:, 128:, 0] = 0
    same, changed = (run(trunk, one)[:, :48] for one in (shown, other))
    # Squeeze-and-excitation lets every place know of the whole, and no more than that.
    assert np.abs(same - changed).max() < 0.2 * np.abs(same).max()


def test_a_head_of_the_lungs_needs_the_lungs() -> None:
    with pytest.raises(ValueError, match="2 channels, grey and lungs, got 1"):
        build("efficientnetb0", (64, 64, 1), 2, head="lungs")


def test_grad_cam_of_stages_reaches_the_first_of_them() -> None:
    model = build("efficientnetb0", (96, 96, 2), 2, head="lungs")
    head = model.layers[-1]
    kernel, bias = head.get_weights()
    # Only what the first of the stages says counts.
    kernel[: 3 * 1280] = kernel[3 * (1280 + 24) :] = 0
    head.set_weights([kernel, bias])
    pictures = np.random.default_rng(0).integers(0, 255, (1, 96, 96, 2), np.uint8)
    assert max(grad_cam(model, pictures, target).max() for target in (0, 1)) == 1


def test_grad_cam_reaches_every_trunk() -> None:
    model = build("efficientnetb0", (96, 96, 2), 2, head="lungs", trunks=2)
    head = model.layers[-1]
    kernel, bias = head.get_weights()
    # Only what the second trunk says counts.
    kernel[: sum(stages_of(model)[0])] = 0
    head.set_weights([kernel, bias])
    pictures = np.random.default_rng(0).integers(0, 255, (1, 96, 96, 2), np.uint8)
    assert max(grad_cam(model, pictures, target).max() for target in (0, 1)) == 1


def test_grad_cam_of_the_lungs_says_where_the_evidence_lies() -> None:
    model = build("efficientnetb0", (128, 128, 2), 2, head="lungs")
    joint = model.get_layer("head_stages").input
    kernel, bias = model.layers[-1].get_weights()
    kernel[:] = 0
    # The means of the second stage alone, and in favour of one class.
    start = joint[0].shape[-1]
    kernel[start : start + 24, 1] = 1
    model.layers[-1].set_weights([kernel, bias])
    shown = np.random.default_rng(0).integers(0, 255, (1, 128, 128, 2)).astype(np.uint8)
    shown[..., 1] = 0
    shown[:, 64:, 64:, 1] = 255
    (heat,) = grad_cam(model, shown, 1)
    assert heat[56:, 56:].sum() > 0.95 * heat.sum()
    (other,) = grad_cam(model, shown, 0)
    assert other.max() == 0
