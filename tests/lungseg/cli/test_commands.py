"""The commands, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

import lungseg
from lungseg.preprocess.window import Window
from tests.eagerly import eagerly
from tests.lungseg.cli.calling import run, run_apart

pytestmark = pytest.mark.usefixtures("quick_masks")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> Path:
    """A volume, a picture, and a file that is none."""
    folder = tmp_path_factory.mktemp("inputs")
    scan = lungseg.phantom(slices=6, size=96)
    image = sitk.GetImageFromArray(scan.voxels)
    image.SetSpacing((2.0, 2.0, 30.0))
    image.SetOrigin((5.0, -7.0, 11.0))
    sitk.WriteImage(image, str(folder / "volume.nii.gz"))
    grey = Window().apply(scan.voxels[3])
    Image.fromarray(grey).save(folder / "picture.png")
    (folder / "broken.png").write_text("no picture")
    return folder


def test_predict_prints_one_json_document_and_finishes_the_good_ones(inputs) -> None:
    files = [inputs / name for name in ("volume.nii.gz", "broken.png", "picture.png")]
    result = run("predict", *files, "--json")
    assert result.returncode == 1
    document = json.loads(result.stdout)
    assert [entry["input"] for entry in document] == [str(file) for file in files]
    assert "error" in document[1]
    for entry in (document[0], document[2]):
        assert set(entry["probabilities"]) == {"COVID", "NonCOVID"}
        assert {"label", "threshold", "slices", "mask_confidence", "warnings"} <= set(entry)
    assert "Traceback" not in result.stderr


def test_mask_writes_the_geometry_of_its_input(inputs, tmp_path) -> None:
    files = [inputs / "volume.nii.gz", inputs / "picture.png"]
    result = run("mask", *files, "--out", tmp_path, "--overlay")
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "picture_mask.png",
        "picture_overlay.png",
        "volume_mask.nii.gz",
        "volume_overlay.png",
    ]
    before = sitk.ReadImage(str(files[0]))
    after = sitk.ReadImage(str(tmp_path / "volume_mask.nii.gz"))
    for field in ("GetSize", "GetSpacing", "GetOrigin", "GetDirection"):
        assert np.allclose(getattr(before, field)(), getattr(after, field)())
    assert np.asarray(Image.open(tmp_path / "picture_mask.png")).shape == (96, 96)


def test_inspect_says_what_each_input_is(inputs) -> None:
    result = run("inspect", inputs / "volume.nii.gz", inputs / "broken.png")
    assert result.returncode == 1
    assert "CT volume in HU, 6×96×96" in result.stdout
    assert "not usable" in result.stdout
    document = json.loads(run("inspect", inputs / "picture.png", "--json").stdout)
    assert document[0]["kind"] == "picture in display grey"


@pytest.mark.slow  # .ci/run runs it from the wheel
def test_demo(tmp_path) -> None:
    result = run_apart("demo", "--out", tmp_path / "demo")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert {p.name for p in (tmp_path / "demo").iterdir()} == {
        "mask.nii.gz",
        "overlay.png",
        "report.html",
        "result.json",
    }


def test_recipes_and_weights_are_listed() -> None:
    assert "default:" in run("recipes").stdout
    assert "network: efficientnetb0" in run("recipes", "default").stdout
    assert "covid-ct: pipeline" in run("weights", "list").stdout
    assert run("weights", "verify").returncode == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["predict"], 2),
        (["no-such-command"], 2),
        (["predict", "a.png", "--pipeline", "no-such"], 1),
        (["predict", "a.png", "--weights", "no-such"], 1),
        (["recipes", "no-such"], 1),
        (["fit", "no-such.csv", "--out", "x"], 1),
    ],
)
def test_wrong_use_is_one_line_and_no_stack_trace(words, code) -> None:
    result = run(*words)
    assert result.returncode == code
    assert "Traceback" not in result.stderr


def test_the_process_ends_with_the_code_of_its_error() -> None:
    result = run_apart("predict", "no-such.png")
    assert result.returncode == 1
    assert result.stderr.startswith("error: no-such.png")


def test_fit_and_evaluate(tmp_path, pictures) -> None:
    X, y, groups = pictures
    rows = ["file,label,patient"]
    for number, (picture, label, patient) in enumerate(zip(X, y, groups, strict=True)):
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
        rows.append(f"{number}.png,{label},{patient}")
    (tmp_path / "m.csv").write_text("\n".join(rows))
    (tmp_path / "r.yaml").write_text(
        "description: d\nsource: s\nclassifier:\n  network: simple\n  input_size: 32\n  epochs: 2\n"
    )
    out = tmp_path / "own"
    words = ("fit", tmp_path / "m.csv", "--out", out, "--recipe", tmp_path / "r.yaml")
    result = run(*words, "--positive", "ill")
    assert result.returncode == 0, result.stderr
    assert "## Figures" in (out / "card.md").read_text()
    # A second call goes on where the first ended: nothing is trained again.
    assert "epoch" not in run(*words, "--positive", "ill", "--resume").stderr
    evaluated = run(
        "evaluate", tmp_path / "m.csv", "--pipeline", out, "--split", "all", "--out", tmp_path / "e"
    )
    assert evaluated.returncode == 0, evaluated.stderr
    assert "roc_auc" in evaluated.stdout
    result = json.loads((tmp_path / "e" / "evaluation.json").read_text())
    assert result["classes"] == ["healthy", "ill"]
    assert result["per_patient"] is None  # each patient has a picture of either class
    shared = run(*words, "--auxiliary", tmp_path / "m.csv")
    assert shared.returncode == 1
    assert "patients are in" in shared.stderr
    (tmp_path / "a.csv").write_text("\n".join(rows[:5]).replace(",patient ", ",other "))
    helped = run(*words[:3], tmp_path / "h", *words[4:], "--auxiliary", tmp_path / "a.csv")
    assert helped.returncode == 0, helped.stderr
    assert "auxiliary 4 scans" in (tmp_path / "h" / "card.md").read_text()
    odd = run("fit", tmp_path / "m.csv", "--out", out, "--init", out, "--auxiliary", "a.csv")
    assert odd.returncode == 1
    assert "leave out --auxiliary" in odd.stderr
    tuned = run("fit", tmp_path / "m.csv", "--out", tmp_path / "t", "--init", out, "--epochs", 1)
    assert tuned.returncode == 0, tuned.stderr
    words = (
        "calibrate",
        tmp_path / "m.csv",
        "--pipeline",
        out,
        "--out",
        tmp_path / "c",
        "--views",
        2,
    )
    calibrated = run(*words)
    assert calibrated.returncode == 0, calibrated.stderr
    assert "threshold" in calibrated.stdout
    assert lungseg.Pipeline.load(tmp_path / "c").predict_set(X[:1])


def test_masks_are_kept_on_disk(tmp_path) -> None:
    from lungseg.pipeline.use_cache import use_cache

    scan = lungseg.phantom(slices=2, size=96)
    pipeline = use_cache(lungseg.Pipeline.from_pretrained(), tmp_path / "cache")
    first = pipeline.predict_proba([scan])
    assert list((tmp_path / "cache").rglob("*.npz"))
    assert (pipeline.predict_proba([scan]) == first).all()


@pytest.mark.usefixtures("few_spoilt")
def test_fit_masker(tmp_path) -> None:
    rows = ["file,mask,patient"]
    for seed in range(6):
        scan, mask = lungseg.phantom(slices=1, size=64, seed=seed, return_mask=True)
        Image.fromarray(scan.voxels[0].astype(np.int32)).save(tmp_path / f"{seed}.tif")
        Image.fromarray(mask.voxels[0] * 100).save(tmp_path / f"{seed}-mask.png")
        rows.append(f"{seed}.tif,{seed}-mask.png,p{seed}")
    (tmp_path / "m.csv").write_text("\n".join(rows))
    options = ("--filters", 2, "--input-size", 32, "--epochs", 1, "--test", 0.3)
    scales = ("--scales", 1, "--scales", 2)
    with eagerly():
        result = run("fit-masker", tmp_path / "m.csv", "--out", tmp_path / "own", *options, *scales)
    assert result.returncode == 0, result.stderr
    assert lungseg.LungMasker.from_pretrained(tmp_path / "own").scales == (1, 2)
    assert "test mean Dice" in result.stdout
    masked = run("mask", tmp_path / "0.tif", "--masker", tmp_path / "own", "--out", tmp_path / "o")
    assert masked.returncode == 0, masked.stderr
