from __future__ import annotations

import pytest

from lungseg.explain import _last_maps
from lungseg.networks import build


def test_grad_cam_looks_where_places_can_be_told_apart() -> None:
    """At 224 pixels LargeT ends in a map of one pixel."""
    network = build("cbr-larget")
    assert network.get_layer("relu5").output.shape == (None, 1, 1, 512)
    assert _last_maps(network).name == "pool4"
    assert _last_maps(build("cbr-largew")).name == "pool4"


def test_there_are_five_members() -> None:
    with pytest.raises(ValueError, match="tiny-published"):
        build("cbr-tiny", member="huge")
