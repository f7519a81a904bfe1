"""Every example runs on phantoms, and on real data where they are; so does the notebook."""

from __future__ import annotations

import csv
import json
import runpy
import sys
from functools import partial
from pathlib import Path

import pytest

import lungseg
import lungseg.compare
from lungseg.networks import registry

pytestmark = pytest.mark.usefixtures("quick_masks")

FOLDER = Path(__file__).resolve().parents[1] / "examples"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run an example as a user does, in a folder of its own; returns what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "_NETWORKS", dict(registry._NETWORKS))

    def _run(name: str, *words: object) -> str:
        monkeypatch.setattr(sys, "argv", [name, *map(str, words)])
        runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
        return capsys.readouterr().out

    return _run


@pytest.fixture(scope="module")
def small_pipeline(quick_masker, tmp_path_factory) -> Path:
    """A pipeline that tunes in seconds."""
    scans = [lungseg.phantom(1, 96, opacities=6 * (seed % 2), seed=seed) for seed in range(4)]
    classifier = lungseg.CTClassifier("simple", input_size=64, epochs=1)
    pipeline = lungseg.Pipeline(quick_masker, classifier=classifier)
    pipeline.fit(scans, ["NonCOVID", "COVID"] * 2)
    return pipeline.save(tmp_path_factory.mktemp("small") / "pipeline")


def test_predict(run) -> None:
    assert "COVID" in run("predict")
    assert Path("example-out/0/report.html").is_file()


def test_mask_in_another_project(run) -> None:
    assert "right lung: mean -" in run("mask_in_another_project")


def test_fine_tune(run, small_pipeline) -> None:
    said = run("fine_tune", "--pipeline", small_pipeline, "--epochs", 1)
    assert "pipeline was kept" in said
    assert lungseg.Pipeline.load("example-out/tuned-pipeline").classes_.tolist() == [
        "COVID",
        "NonCOVID",
    ]


def test_own_network(run) -> None:
    source = (FOLDER / "own_network.py").read_text("utf-8").splitlines()
    assert sum(bool(line.strip()) for line in source) <= 30
    assert "name='tiny'" in run("own_network")


def test_grid_search(run) -> None:
    assert "best gamma" in run("grid_search")


def test_compare_recipes(run, monkeypatch) -> None:
    # Four processes would each load TensorFlow; tests/lungseg/compare starts one.
    monkeypatch.setattr(lungseg.compare, "compare", partial(lungseg.compare.compare, apart=False))
    assert "s0-simple@crop: ROC AUC" in run("compare_recipes", "--epochs", 1)
    assert Path("example-out/compare/comparison.html").is_file()


def test_every_example_is_run_here() -> None:
    tests = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert {path.stem for path in FOLDER.glob("*.py")} <= tests


@pytest.mark.data
def test_examples_on_real_data(run, data, small_pipeline, tmp_path) -> None:
    with (data / "covid_ct" / "manifest.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    chosen = []
    for split in ("train", "val", "test"):
        for label in ("COVID", "NonCOVID"):
            chosen += [r for r in rows if r["split"] == split and r["class"] == label][:2]
    picture = data / "covid_ct" / chosen[0]["file"]
    assert "COVID" in run("predict", picture)
    assert "lung: mean" in run("mask_in_another_project", picture)
    manifest = tmp_path / "manifest.csv"
    with manifest.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("file", "label", "patient", "split"))
        for row in chosen:
            path = data / "covid_ct" / row["file"]
            table.writerow((path, row["class"], row["patient"], row["split"]))
    said = run("fine_tune", manifest, "--pipeline", small_pipeline, "--epochs", 1)
    assert "test scans" in said


@pytest.mark.parametrize("notebook", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_run(notebook, tmp_path) -> None:
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    read = nbformat.read(notebook, as_version=4)
    stored = json.dumps(read)
    assert '"output_type"' not in stored, f"clear the outputs of {notebook.name} before a commit"
    done = client.NotebookClient(read, timeout=300, resources={"metadata": {"path": tmp_path}})
    done.execute()
    kinds = {
        kind
        for cell in read.cells
        for out in cell.get("outputs", ())
        for kind in out.get("data", ())
    }
    assert "image/png" in kinds
