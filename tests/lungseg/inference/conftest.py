"""A small network and its graph."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="package")
def model():
    from lungseg.networks import build

    return build("simple", (32, 32, 1))


@pytest.fixture(scope="package")
def graph(model) -> bytes:
    from lungseg.networks.graph import to_graph

    return to_graph(model)
