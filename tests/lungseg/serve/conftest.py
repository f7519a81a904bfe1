"""The shipped pipeline: to train the smallest one would take longer than to load it."""

from __future__ import annotations

import pytest

import lungseg
from tests.lungseg.serve.files import png

pytest.importorskip("fastapi", reason="the extra serve is not installed")


@pytest.fixture(scope="session")
def pipeline() -> lungseg.Pipeline:
    whole = lungseg.Pipeline.from_pretrained()
    return whole.set_params(infection=lungseg.InfectionSegmenter.from_pretrained())


@pytest.fixture(scope="session")
def picture() -> bytes:
    return png()
