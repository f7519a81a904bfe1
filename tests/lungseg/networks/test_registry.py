from __future__ import annotations

from pathlib import Path

import pytest

from lungseg.networks import build, info, names
from lungseg.networks.catalogue import NETWORKS
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
