from __future__ import annotations

from pathlib import Path

import pytest

from lungseg.compare.plan import Plan, make_jobs, read_rows, split_rows, trained_by
from lungseg.errors import InputError


@pytest.fixture
def manifest(tmp_path) -> Path:
    """Eight patients of two scans each; the last two are those of the test."""
    lines = ["file,label,patient,split"]
    for number in range(16):
        (tmp_path / f"{number}.png").write_text("")
        split = "test" if number >= 12 else "train"
        lines.append(f"{number}.png,{'ab'[number // 2 % 2]},p{number // 2},{split}")
    path = tmp_path / "m.csv"
    path.write_text("\n".join(lines))
    return path


def test_the_test_split_is_left_out_and_patients_stay_together(manifest) -> None:
    rows = read_rows(Plan(manifest, folds=3), "classifier")
    folds = split_rows(rows, 3)
    assert len(rows) == 12
    assert folds[::2] == folds[1::2]
    labels = [
        {row.label for row, f in zip(rows.rows, folds, strict=True) if f == k} for k in range(3)
    ]
    assert labels == [{"a", "b"}] * 3


def test_more_folds_than_patients_is_an_error_before_any_training(manifest) -> None:
    with pytest.raises(InputError, match="3 patients of class a for 4 folds; ask for fewer"):
        read_rows(Plan(manifest, folds=4), "classifier")


def test_each_job_comes_once_and_seeds_last(manifest) -> None:
    jobs = list(make_jobs(Plan(manifest, folds=2), ["s0-tiny", "s0-tiny@crop"], 2).values())
    assert len(jobs) == 8
    assert [job.seed for job in jobs] == [0] * 4 + [1] * 4


def test_a_changed_recipe_is_another_job(manifest, tmp_path) -> None:
    path = tmp_path / "mine.yaml"
    text = "description: d\nsource: s\nclassifier: {network: simple, epochs: 2}\n"
    keys = []
    for changed in (text, text.replace("2", "3")):
        path.write_text(changed)
        keys += make_jobs(Plan(manifest, folds=1), [str(path)], 1)
    assert len(set(keys)) == 2


def test_only_what_trains_the_same_is_compared() -> None:
    with pytest.raises(InputError, match="s3-lungs: lungs"):
        trained_by(["s0-tiny", "s3-lungs"])
    assert trained_by(["s3-infection", "s4-mobilenetv2"]) == "infection"
