from __future__ import annotations

import numpy as np
import pytest

from lungseg.networks import build


@pytest.mark.parametrize(("name", "count"), [("bcdunet-d3", 20_659_717), ("bcdunet-d1", 8_861_189)])
def test_parameter_count_of_the_paper(name, count) -> None:
    assert build(name).count_params() == count


@pytest.mark.parametrize("shape", [(32, 32, 1), (40, 64, 1), (64, 48, 3)])
def test_any_size_divisible_by_8(shape) -> None:
    network = build("bcdunet-d3", shape, 2, filters=2)
    output = network.predict(np.zeros((1, *shape), np.float32), verbose=0)
    assert output.shape == (1, *shape[:2], 2)
    assert (output >= 0).all()
    assert (output <= 1).all()


def test_other_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="divisible by 8"):
        build("bcdunet-d3", (60, 64, 1))
    with pytest.raises(ValueError, match="depth"):
        build("bcdunet-d3", (64, 64, 1), depth=2)


def test_unknown_network_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="bcdunet-d3"):
        build("alexnet")
