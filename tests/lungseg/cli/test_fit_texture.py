"""``lungseg fit`` says whether the classes it learned from were made in different ways."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import lungseg
from lungseg.preprocess.window import Window
from tests.eagerly import eagerly
from tests.lungseg.cli.calling import run

pytestmark = pytest.mark.usefixtures("quick_masks")


@pytest.fixture(scope="module", autouse=True)
def quick_to_start():
    """Trace nothing: a step or two is trained here."""
    with eagerly():
        yield


RECIPE = """description: d
source: s
masker: {weights: MASKER}
classifier: {network: simple, input_size: 32, epochs: 1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, quick_masker) -> Path:
    """Twenty noisy pictures, every second smoothed, and manifests with two sets of labels."""
    folder = tmp_path_factory.mktemp("scans")
    masker = quick_masker.save(folder / "masker")
    (folder / "recipe.yaml").write_text(RECIPE.replace("MASKER", str(masker)))
    by_scanner, by_chance = ["file,label,patient,split"], ["file,label,patient,split"]
    chance = np.random.default_rng(1).permutation(["ill", "well"] * 10)
    for number in range(20):
        voxels = lungseg.phantom(slices=1, size=96, seed=number).voxels[0]
        noisy = voxels + np.random.default_rng(number).normal(0, 20, voxels.shape)
        if number % 2:
            noisy = cv2.GaussianBlur(noisy, (0, 0), 0.8)
        Image.fromarray(Window().apply(noisy)).save(folder / f"{number}.png")
        for rows, label in ((by_scanner, ["ill", "well"][number % 2]), (by_chance, chance[number])):
            rows.append(f"{number}.png,{label},p{number},train")
    (folder / "by_scanner.csv").write_text("\n".join(by_scanner))
    (folder / "by_chance.csv").write_text("\n".join(by_chance))
    return folder


def card_of(folder: Path, name: str, *words: object) -> tuple[str, str]:
    out = folder / f"{name}{len(words)}"
    done = run(
        "fit", folder / f"{name}.csv", "--out", out, "--recipe", folder / "recipe.yaml", *words
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, (out / "card.md").read_text("utf-8")


def test_classes_from_two_scanners_are_told_of(folder) -> None:
    said, card = card_of(folder, "by_scanner", "--cache", folder / "masks")
    assert "made in different ways" in said
    assert "**texture outside the lungs**" in card
    assert "made in different ways" in card.split("## Limits")[1]


def test_classes_from_one_scanner_are_not_warned_of(folder) -> None:
    said, card = card_of(folder, "by_chance", "--cache", folder / "masks")
    assert "**texture outside the lungs**" in card
    assert "made in different ways" not in said + card


def test_no_mask_is_made_twice_for_it(folder) -> None:
    said, card = card_of(folder, "by_scanner")
    assert "texture" not in said + card
