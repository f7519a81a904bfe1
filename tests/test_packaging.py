"""The wheel holds the three parts. That it works by itself is checked by ``.ci/run``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_wheel_holds_code_recipes_and_weights(tmp_path) -> None:
    # A copy: setuptools writes beside the sources.
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("lungseg", "pipeline", "weights"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, tree]
    subprocess.run(command, check=True)
    wheel = next(tmp_path.glob("*.whl"))
    assert wheel.stat().st_size < 60 * 2**20
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "lungseg/py.typed",
        "lungseg/quantify/measure.py",
        "lungseg/report/page.html",
        "lungseg/report/page.css",
        "lungseg/serve/page.css",
        "lungseg/serve/result.html",
        "lungseg/pipeline/pipeline.py",
        "lungseg/pipeline/recipes/default.yaml",
        "lungseg/weights/registry.py",
        "lungseg/weights/lungs/masker.weights.h5",
        "lungseg/weights/covid-ct/SHA256SUMS",
    ):
        assert name in names
    assert not any(name.startswith(("pipeline/", "weights/", "tests/")) for name in names)
