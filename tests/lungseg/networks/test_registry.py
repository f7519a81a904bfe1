from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import lungseg
from lungseg.networks import build, info, names, register, registry
from lungseg.networks.catalogue import NETWORKS
from lungseg.networks.simple import simple
from lungseg.networks.table import markdown_table


def test_names_by_task() -> None:
    assert {"bcdunet-d1", "bcdunet-d3"} <= set(names("segment"))
    assert {"simple", "cnn-s3", "efficientnetb0"} <= set(names("classify"))
    assert sorted(names("segment") + names("classify")) == names()
    assert len(names()) == len(NETWORKS)
    with pytest.raises(ValueError, match="task"):
        names("detect")


def test_every_one_of_the_five_systems_finds_its_networks() -> None:
    assert {system for name in names() for system in info(name).systems} == {
        "S0",
        "S1",
        "S2",
        "S3",
        "S4",
    }


def test_unknown_names_and_options_name_those_there_are() -> None:
    with pytest.raises(ValueError, match="bcdunet-d3"):
        info("alexnet")
    with pytest.raises(ValueError, match="it has: dropout"):
        build("simple", hidden=3)


def test_the_page_has_the_table_of_today() -> None:
    page = Path(__file__).parents[3] / "docs" / "networks.md"
    assert markdown_table(NETWORKS) in page.read_text("utf-8")


def test_a_network_of_ones_own_is_taken_like_the_librarys(monkeypatch) -> None:
    monkeypatch.setattr(registry, "_NETWORKS", dict(registry._NETWORKS))
    known = register("mine", simple, classes=3, smallest=22)
    assert known.parameters == 25_475
    assert "mine" in names("classify")
    assert "mine" not in names("segment")
    assert build("mine", (32, 32, 1), 2, dropout=0.1).output_shape == (None, 2)
    scans = [np.full((64, 64), value, np.uint8) for value in (0, 200)]
    scans = [scan + np.arange(0, 32, 0.5).astype(np.uint8) for scan in scans]
    classifier = lungseg.CTClassifier("mine", input_size=32, epochs=1).fit(scans, [0, 1])
    assert classifier.predict_proba(scans).shape == (2, 2)
    with pytest.raises(ValueError, match="it has: dropout"):
        build("mine", hidden=3)


def test_names_of_the_library_are_not_taken_over() -> None:
    with pytest.raises(ValueError, match="take another name"):
        register("resnet18", simple)
    with pytest.raises(ValueError, match="no dropout"):
        register("mine", lambda input_shape, classes: None)
    assert "mine" not in names()
