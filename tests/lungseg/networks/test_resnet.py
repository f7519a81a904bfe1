from __future__ import annotations

import numpy as np
import pytest

from lungseg.networks import build


def test_resnet18_is_that_of_torchvision() -> None:
    network = build("resnet18", (224, 224, 3), 1000)
    trained = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    assert trained == 11_689_512
    assert network.get_layer("stage4_block2_relu").output.shape == (None, 7, 7, 512)


@pytest.mark.parametrize(("name", "trunk"), [("resnet18", 11_179_840), ("resnet50", 23_587_712)])
def test_heads_of_the_projects(name, trunk) -> None:
    width = 512 if name == "resnet18" else 2048
    halves = build(name, (32, 32, 1), 2, hidden=128, dropout=0.3)
    assert halves.count_params() == trunk + (width + 1) * 128 + (128 + 1) * 2
    plain = build(name, (32, 32, 1), 3, zero_head=True)
    assert plain.count_params() == trunk + (width + 1) * 3
    assert not np.asarray(plain(np.full((1, 32, 32, 1), 100.0))).any()


def test_what_there_is_not() -> None:
    with pytest.raises(ValueError, match="depth 18 or 50"):
        build("resnet18", (32, 32, 1), depth=34)
    with pytest.raises(ValueError, match="no ImageNet weights"):
        build("resnet18", (32, 32, 1), weights="imagenet")
    with pytest.raises(ValueError, match="1 or 3 channels"):
        build("resnet50", (32, 32, 2))


def test_weights_of_a_trunk_pass_by_file(tmp_path) -> None:
    from lungseg.networks.transfer import trunk_of

    source = build("resnet18", (32, 32, 1))
    trunk_of(source).save_weights(str(tmp_path / "trunk.weights.h5"))
    target = build("resnet18", (64, 64, 1), 5, weights=tmp_path / "trunk.weights.h5")
    picture = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 1)).astype(np.float32)
    moved = build("resnet18", (32, 32, 1))
    moved.set_weights([*target.get_weights()[:-2], *source.get_weights()[-2:]])
    assert np.array_equal(moved(picture), source(picture))
