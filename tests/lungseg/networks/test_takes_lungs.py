from __future__ import annotations

import pytest

from lungseg.networks.takes_lungs import takes_lungs


@pytest.mark.parametrize(
    ("options", "expected"), [(None, False), ({}, False), ({"head": "pool"}, False)]
)
def test_other_heads_take_the_picture_alone(options, expected) -> None:
    assert takes_lungs(options) is expected


def test_the_head_of_the_lungs_takes_them() -> None:
    assert takes_lungs({"head": "lungs", "variant": "b0"})
