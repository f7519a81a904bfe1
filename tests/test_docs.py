"""The pictures of the documentation are made by a command, and there is one for each transform."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2

from lungseg.preprocess.registry import names

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"


def test_every_transform_has_its_picture_on_the_page() -> None:
    page = (ROOT / "docs" / "preprocessing.md").read_text("utf-8")
    for name in names():
        assert f"](pictures/{name}.png)" in page
        assert cv2.imread(str(PICTURES / f"{name}.png")).shape[0] == 160
    assert sum((PICTURES / f"{name}.png").stat().st_size for name in names()) < 400_000


def test_the_command_makes_them(tmp_path) -> None:
    command = [sys.executable, ROOT / "docs" / "make_pictures.py", "--out", tmp_path]
    subprocess.run(command, check=True, capture_output=True)
    for name in names():
        made = cv2.imread(str(tmp_path / f"{name}.png"))
        assert made.shape == cv2.imread(str(PICTURES / f"{name}.png")).shape
