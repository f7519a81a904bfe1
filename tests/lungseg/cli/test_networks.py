from __future__ import annotations

import json

import pytest

from lungseg.networks import names
from tests.lungseg.cli.calling import run


@pytest.fixture(scope="module")
def listed() -> list[dict]:
    result = run("networks", "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_json_has_every_network(listed) -> None:
    assert sorted(entry["name"] for entry in listed) == names()
    simple = next(entry for entry in listed if entry["name"] == "simple")
    assert (simple["parameters"], simple["smallest"], simple["task"]) == (25475, 22, "classify")


def test_lines_for_people() -> None:
    result = run("networks", "--task", "segment")
    assert "bcdunet-d3: segment, 20,659,717 parameters, from 8 pixels; S2" in result.stdout
    assert "simple" not in result.stdout


def test_two_formats_at_once_are_refused() -> None:
    result = run("networks", "--json", "--markdown")
    assert result.returncode == 2
    assert "not both" in result.stderr
