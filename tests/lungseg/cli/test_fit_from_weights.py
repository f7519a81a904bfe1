"""``lungseg fit --init``: the last layer of a pipeline moves, or the base stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lungseg.pipeline.gate import Verdict
from PIL import Image

import lungseg
from lungseg.cli.fit import fit


@pytest.fixture(scope="module")
def base(pictures, tmp_path_factory) -> Path:
    """A pipeline whose trunk was left as it was."""
    X, y, groups = pictures
    classifier = lungseg.CTClassifier("simple", input_size=32, epochs=0, ridge=0.1, positive="ill")
    pipeline = lungseg.Pipeline("passthrough", classifier=classifier).fit(X, y, groups)
    return pipeline.save(tmp_path_factory.mktemp("base") / "base")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory) -> Path:
    """Thirty patients with a picture each; the ill ones are the darker ones here."""
    folder = tmp_path_factory.mktemp("hospital")
    rng = np.random.default_rng(0)
    rows = ["file,label,patient"]
    for number in range(30):
        picture = rng.integers(0, 120, (64, 72)) + 40 * (number % 2 == 0)
        Image.fromarray(picture.astype(np.uint8)).save(folder / f"{number}.png")
        rows.append(f"{number}.png,{('healthy', 'ill')[number % 2]},p{number}")
    (folder / "m.csv").write_text("\n".join(rows))
    return folder / "m.csv"


def test_a_last_layer_learns_from_all_but_the_test_patients(
    base, hospital, tmp_path, capsys
) -> None:
    fit(hospital, tmp_path / "tuned", init=str(base), test=0.2)
    assert "the tuned pipeline was kept" in capsys.readouterr().out
    card = (tmp_path / "tuned/card.md").read_text("utf-8")
    assert "train 24 scans of 24 patients; test 6 scans" in card
    assert "**out of fold**" in card
    assert lungseg.Pipeline.load(tmp_path / "tuned").classes_.tolist() == ["healthy", "ill"]


def test_the_base_that_is_kept_is_saved_and_measured(base, hospital, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("lungseg.pipeline.fine_tuning.judge", lambda *_: Verdict("base", "it is"))
    fit(hospital, tmp_path / "same", init=str(base), test=0.2)
    pictures = [hospital.parent / f"{number}.png" for number in range(4)]
    before, after = (
        lungseg.Pipeline.load(folder).predict_proba(pictures)
        for folder in (base, tmp_path / "same")
    )
    assert np.array_equal(before, after)
    card = (tmp_path / "same/card.md").read_text("utf-8")
    assert "fine-tuning: the base pipeline was kept: it is" in card
    assert "**test**" in card
    assert "**out of fold**" not in card
