"""Every example in a docstring runs."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import lungseg.pipeline
import lungseg.weights
import pytest

import lungseg

pytestmark = pytest.mark.usefixtures("quick_masks")


def _modules() -> list[str]:
    names = ["lungseg"]
    for package in (lungseg, lungseg.pipeline, lungseg.weights):
        found = pkgutil.walk_packages(package.__path__, package.__name__ + ".")
        names += [module.name for module in found]
    return sorted(set(names))


@pytest.mark.parametrize("name", _modules())
def test_examples_run(name: str) -> None:
    module = importlib.import_module(name)
    result = doctest.testmod(module, extraglobs={"np": importlib.import_module("numpy")})
    assert result.failed == 0
