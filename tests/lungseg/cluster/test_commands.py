"""The commands on a cluster of two workers, and taken up again."""

from __future__ import annotations

import csv
import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image

import lungseg
from lungseg.cli.evaluate import evaluate
from lungseg.cli.predict import predict
from lungseg.preprocess.window import Window

pytestmark = pytest.mark.usefixtures("quick_masks")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> Path:
    """Nine pictures of chests, and a file that is none."""
    folder = tmp_path_factory.mktemp("inputs")
    rows = ["file,note"]
    for seed in range(9):
        scan = lungseg.phantom(slices=1, size=96, seed=seed)
        Image.fromarray(Window().apply(scan.voxels[0])).save(folder / f"{seed}.png")
        rows.append(f"{seed}.png,phantom")
    (folder / "broken.png").write_text("no picture")
    (folder / "m.csv").write_text("\n".join([*rows, "broken.png,"]))
    return folder / "m.csv"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory, pictures) -> Path:
    """The smallest classifier there is, behind the masker that ships."""
    classifier = lungseg.CTClassifier("simple", input_size=32, epochs=1, validation_fraction=0)
    small = lungseg.Pipeline(classifier=classifier).fit(pictures[0][:4], pictures[1][:4])
    return small.save(tmp_path_factory.mktemp("weights") / "small")


def records(path: Path) -> list[dict]:
    """Whole lines so far, without the settings."""
    if not path.exists():
        return []
    lines = path.read_text("utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines[1:]]


def test_mask_goes_on_when_one_worker_of_two_is_killed(manifest, quick_masker, tmp_path) -> None:
    from distributed import Client, LocalCluster

    code = "from lungseg.cli import main; main()"
    small, out = quick_masker.save(tmp_path / "masker"), tmp_path / "out"
    words = ["mask", str(manifest), "--out", str(out), "--masker", str(small)]
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        pids = list(client.run(os.getpid).values())
        words += ["--cluster", cluster.scheduler_address]
        with subprocess.Popen(
            [sys.executable, "-c", code, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            while len(records(out / "results.jsonl")) < 3:
                assert running.poll() is None, running.stderr.read()
                time.sleep(0.01)
            os.kill(pids[0], signal.SIGKILL)
            left = 10 - len(records(out / "results.jsonl"))
            said, err = running.communicate(timeout=300)
        assert left > 0
        assert running.returncode == 1
        assert "broken.png: the picture is broken" in err
        assert "tried 2 times" in err
        assert said.count("confidence") == 9

        found = records(out / "results.jsonl")
        assert sorted(Path(r["key"]).stem for r in found) == [*map(str, range(9)), "broken"]
        masks = {int(path.name[0]): path for path in out.glob("*_mask.png")}
        assert set(masks) == set(range(9))
        (alone,) = quick_masker.predict([manifest.parent / "4.png"])
        assert ((np.asarray(Image.open(masks[4])) > 0) == alone.lungs[0]).mean() > 0.999

        for path in masks.values():
            path.unlink()
        again = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
    assert "9 of 10 inputs were done before" in again.stderr
    assert (again.returncode, again.stdout) == (1, "")
    assert not list(out.glob("*_mask.png"))
    rows = list(csv.DictReader((out / "masks.csv").open()))
    assert len(rows) == 10
    assert sum(bool(row["error"]) for row in rows) == 1


@pytest.mark.parametrize("cluster", [None, pytest.param("local:1", marks=pytest.mark.slow)])
def test_predict_is_taken_up_and_says_the_same(
    cluster, manifest, pipeline, tmp_path, capsys
) -> None:
    files = [str(manifest.parent / f"{number}.png") for number in range(2)]
    broken = str(manifest.parent / "broken.png")
    with pytest.raises(typer.Exit):
        predict([files[0], broken], str(pipeline), tmp_path, resume=True)
    assert capsys.readouterr().out.count(files[0]) == 1
    predict(files, str(pipeline), tmp_path, cluster=cluster, resume=True, json=True)
    shown = capsys.readouterr()
    assert "1 of 2 inputs were done before" in shown.err
    found = json.loads(shown.out)
    assert [one["input"] for one in found] == files
    predict(files, str(pipeline), json=True)
    for one, other in zip(found, json.loads(capsys.readouterr().out), strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-3)
        assert (tmp_path / Path(one["input"]).stem / "result.json").exists()
    rows = list(csv.DictReader((tmp_path / "predictions.csv").open()))
    assert sorted(row["label"] in ("healthy", "ill") for row in rows) == [False, True, True]
    assert sorted(bool(row["error"]) for row in rows) == [False, False, True]


def test_other_weights_do_not_join_a_run(manifest, pipeline, tmp_path) -> None:
    file = str(manifest.parent / "0.png")
    predict([file], pipeline=str(pipeline), out=tmp_path, resume=True, files=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["predictions.csv", "results.jsonl"]
    with pytest.raises(lungseg.InputError, match="begun with other settings"):
        predict([file], out=tmp_path, resume=True)
    with pytest.raises(ValueError, match="give --out"):
        predict([file], pipeline=str(pipeline), resume=True)


def test_evaluate_joins_what_each_scan_gave(manifest, pipeline, tmp_path) -> None:
    rows = [f"{n}.png,{('healthy', 'ill')[n % 2]},p{n}" for n in range(2)]
    labelled = manifest.parent / "labelled.csv"
    labelled.write_text("\n".join(["file,label,patient", *rows]))
    common = {"pipeline": str(pipeline), "split": "all", "repeats": 2}
    evaluate(labelled, tmp_path / "whole", **common)
    labelled.write_text("\n".join(["file,label,patient", *rows, "broken.png,ill,p9"]))
    with pytest.raises(typer.Exit):
        evaluate(labelled, tmp_path / "parts", **common, resume=True)
    whole, parts = (
        json.loads((tmp_path / name / "evaluation.json").read_text()) for name in ("whole", "parts")
    )
    assert [Path(one["file"]).name for one in parts["failed"]] == ["broken.png"]
    for part in ("figures", "audit", "predictions", "confusion"):
        assert parts[part] == whole[part]
