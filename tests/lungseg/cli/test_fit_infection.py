"""``lungseg fit-infection``: labels of two sources, folds or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lungseg
from lungseg.cli.fit_infection import fit_infection
from lungseg.errors import InputError
from lungseg.preprocess.window import Window


@pytest.fixture
def quick(tiny_network, masker) -> dict[str, Any]:
    return {"network": tiny_network, "masker": masker, "size": 32, "epochs": 1, "block": 1}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> Path:
    """Eight pictures: four that a person marked, four of two cases that a network did."""
    folder = tmp_path_factory.mktemp("scans")
    lines = ["file,mask,case,label_source"]
    for number in range(8):
        scan, mask = lungseg.phantom(slices=1, size=96, seed=number, opacities=5, return_mask=True)
        grey = Window().apply(scan.voxels[0])
        ill = mask.lungs[0] & (grey > 80)
        Image.fromarray(grey).save(folder / f"scan-{number}.png")
        Image.fromarray(ill.astype(np.uint8) * 255).save(folder / f"ill-{number}.png")
        rest = ",expert" if number < 4 else f"case {number % 2},pseudo"
        lines.append(f"scan-{number}.png,ill-{number}.png,{rest}")
    path = folder / "manifest.csv"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture(scope="module")
def masker(quick_masker, tmp_path_factory) -> str:
    return str(quick_masker.save(tmp_path_factory.mktemp("masker") / "quick"))


def card_of(folder: Path) -> str:
    return (folder / "card.md").read_text("utf-8")


def test_each_fold_is_measured_by_a_network_that_has_not_seen_it(manifest, quick, tmp_path) -> None:
    out = tmp_path / "folds"
    fit_infection(manifest, out, folds=2, **quick)
    assert "**2 folds**" in card_of(out)
    assert "4 scans marked by a person, 4 by a network" in card_of(out)


def test_without_folds_cases_are_kept_aside_and_a_second_training_goes_on(
    manifest, quick, tmp_path
) -> None:
    first, second = tmp_path / "pseudo", tmp_path / "expert"
    fit_infection(manifest, first, folds=0, source="pseudo", bfloat16=True, **quick)
    assert "**2 folds**" not in card_of(first)
    assert "0 scans marked by a person, 4 by a network" in card_of(first)
    segmenter = lungseg.InfectionSegmenter.from_pretrained(first)
    # What was trained in bfloat16 is used in float32.
    assert segmenter.model_.layers[-1].compute_dtype == "float32"
    fit_infection(manifest, second, folds=2, source="expert", weights=str(first), **quick)
    assert "4 scans marked by a person, 0 by a network" in card_of(second)


def test_a_source_that_no_mask_has_is_named(manifest, quick, tmp_path) -> None:
    with pytest.raises(InputError, match="no mask has the label_source “nobody”"):
        fit_infection(manifest, tmp_path / "out", source="nobody", **quick)
