"""What the site must hold, found without building it; ``make docs`` builds it."""

from __future__ import annotations

import importlib
import pkgutil
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import lungseg.pipeline
import lungseg.weights
import pytest

import lungseg
from lungseg.cli import commands
from tests.docs.blocks import ROOT

DOCS = ROOT / "docs"


def documented() -> dict[str, Any]:
    """Names in the reference's lists, and what they stand for."""
    found = {}
    for page in sorted((DOCS / "reference").glob("*.rst")):
        module, listing = "", False
        for line in page.read_text("utf-8").splitlines():
            if current := re.fullmatch(r"\.\. currentmodule:: (\S+)", line):
                module = current[1]
            if line and not line.startswith(" "):
                listing = line == ".. autosummary::"
            elif listing and line.strip() and not line.strip().startswith(":"):
                found[f"{module}.{line.strip()}"] = pkgutil.resolve_name(f"{module}.{line.strip()}")
    return found


def modules() -> list[Any]:
    """Every module of the library but the commands, which have a page of their own."""
    names = {"lungseg"}
    for package in (lungseg, lungseg.pipeline, lungseg.weights):
        walked = pkgutil.walk_packages(package.__path__, package.__name__ + ".")
        names |= {module.name for module in walked}
    return [importlib.import_module(n) for n in sorted(names) if not n.startswith("lungseg.cli")]


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    return documented()


def test_every_public_name_is_in_the_reference(reference) -> None:
    known = {id(value) for value in reference.values()}
    missing = [
        f"{module.__name__}.{name}"
        for module in modules()
        for name in getattr(module, "__all__", ())
        if id(getattr(module, name)) not in known
    ]
    assert not missing, f"add to docs/reference/*.rst: {', '.join(missing)}"


def test_every_figure_of_the_evaluation_is_in_the_reference(reference) -> None:
    # What shows an example is meant for others; the rest helps it.
    known = {id(value) for value in reference.values()}
    missing = [
        f"{module.__name__}.{name}"
        for module in modules()
        if module.__name__.startswith("lungseg.evaluation.")
        for name, value in vars(module).items()
        if not name.startswith("_")
        and getattr(value, "__module__", "") == module.__name__
        and ">>>" in (getattr(value, "__doc__", None) or "")
        and id(value) not in known
    ]
    assert not missing, f"add to docs/reference/evaluation.rst: {', '.join(missing)}"


def test_what_the_reference_lists_has_a_docstring(reference) -> None:
    assert len(reference) > 80
    assert [name for name, value in reference.items() if not value.__doc__] == []


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    command = [sys.executable, DOCS / "make_pages.py", "--out", folder]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def test_there_is_a_page_for_each_set_of_weights(made) -> None:
    for name in lungseg.weights.names():
        card = (lungseg.weights.folder_of(name) / "card.md").read_text("utf-8")
        assert (made / "cards" / f"{name}.md").read_text("utf-8") == card


def test_the_page_of_the_commands_has_them_all(made) -> None:
    page = (made / "commands.md").read_text("utf-8")
    assert re.findall(r"^## lungseg (\S+)$", page, re.MULTILINE) == list(commands())
    assert "lungseg mask INPUTS... --out PATH [OPTIONS]" in page
    assert "`--format NAME`\n: auto: PNG for a picture" in page
    assert "One of `auto`, `nifti`, `png`, `dicom-seg`. Default: `auto`." in page
    assert "`--heatmap / --no-heatmap`\n: Compute Grad-CAM. Default: on." in page


def test_the_command_draws_the_way_of_the_data(tmp_path, monkeypatch) -> None:
    made = tmp_path / "flow.svg"
    monkeypatch.setattr(sys, "argv", ["make_flow.py", "--out", str(made)])
    runpy.run_path(str(DOCS / "make_flow.py"), run_name="__main__")
    kept, drawn = (
        re.sub(r"base64,[^\"]+", "", path.read_text("utf-8"))
        for path in (DOCS / "pictures" / "flow.svg", made)
    )
    assert drawn == kept
    assert drawn.count("<image") == 4


def test_a_site_that_loads_something_is_found(tmp_path) -> None:
    def check() -> int:
        command = [sys.executable, DOCS / "check_offline.py", tmp_path]
        return subprocess.run(command, check=False, capture_output=True).returncode

    page = tmp_path / "index.html"
    page.write_text('<a href="https://example.org">a link</a><img src="a.png">')
    assert check() == 0
    page.write_text('<script async src="https://example.org/a.js"></script>')
    assert check() == 1
    page.write_text("nothing")
    (tmp_path / "a.css").write_text("@font-face { src: url('//example.org/a.woff2') }")
    assert check() == 1
