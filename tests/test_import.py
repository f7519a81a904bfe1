"""Importing the library is light, and quiet."""

from __future__ import annotations

import subprocess
import sys

import pytest

import lungseg

HEAVY = ("tensorflow", "keras", "sklearn", "SimpleITK", "pydicom", "matplotlib", "albumentations")


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_import_loads_nothing_heavy() -> None:
    result = run(f"import lungseg, sys; print([m for m in {HEAVY} if m in sys.modules])")
    assert result.stdout.strip() == "[]"


def test_help_loads_nothing_heavy() -> None:
    result = run(
        "import sys; sys.argv = ['lungseg', '--help']\n"
        "import lungseg.cli\n"
        "try: lungseg.cli.main()\n"
        "except SystemExit: pass\n"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    assert result.stdout.strip().endswith("[]")


def test_tensorflow_says_nothing() -> None:
    result = run("import lungseg; lungseg.LungMasker.from_pretrained()")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_every_public_name_is_there_with_a_docstring() -> None:
    for name in lungseg.__all__:
        assert getattr(lungseg, name).__doc__, name


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = lungseg.no_such_thing
