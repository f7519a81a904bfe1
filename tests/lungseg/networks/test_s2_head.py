from __future__ import annotations

import numpy as np

from lungseg.backend import keras
from lungseg.explain import _last_maps
from lungseg.networks import build
from lungseg.networks.s2_head import s2_head
from lungseg.training.freezing import freeze


def test_it_is_the_published_head_at_the_published_size() -> None:
    maps = keras.Input((16, 16, 24))
    head = keras.Model(maps, s2_head(maps))
    conv2 = head.get_layer("head_conv2").output
    assert conv2.shape == (None, 6, 6, 512)
    published = keras.layers.Flatten()(keras.layers.MaxPooling2D(6)(conv2))
    both = keras.Model(maps, [head.get_layer("head_pool").output, published])
    here, there = both(np.random.default_rng(0).normal(size=(2, 16, 16, 24)))
    assert np.array_equal(here, there)
    assert head.output_shape == (None, 1)


def test_grad_cam_looks_where_s2_looked_and_the_head_learns_alone() -> None:
    network = build("efficientnetb0-s2", (512, 512, 1), 2)
    assert _last_maps(network).name == "head_conv2"
    assert freeze(network, share=0.0) == 4
    assert network.get_layer("head_conv1").trainable
    assert not network.get_layer("top_conv").trainable
