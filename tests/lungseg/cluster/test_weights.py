"""Weights that are loaded once, and are the right ones."""

from __future__ import annotations

import shutil

import lungseg.weights
import pytest

from lungseg import InputError
from lungseg.cluster import Weights, load_once


def load(name: str, *, engine: str = "") -> list[str]:
    return [name, engine]


def test_each_is_loaded_once(tmp_path) -> None:
    own = shutil.copytree(lungseg.weights.folder_of("ct"), tmp_path / "own")
    weights = Weights.of(own)
    first = load_once(load, weights, engine="keras")
    assert first == [str(own), "keras"]
    assert load_once(load, weights, engine="keras") is first
    assert load_once(load, weights, engine="onnx") is not first
    # Retrained in the same place, they are others.
    (own / "SHA256SUMS").write_text("")
    assert Weights.of(own) != weights
    assert load_once(load, Weights.of(own), engine="keras") is not first


def test_other_weights_of_the_same_name_are_refused(tmp_path) -> None:
    shipped = Weights.of("lungs")
    assert shipped.name == "lungs"
    with pytest.raises(InputError, match="other weights have this name"):
        load_once(load, Weights("lungs", "0" * 64))
    with pytest.raises(InputError, match="no artefact"):
        Weights.of(tmp_path)
