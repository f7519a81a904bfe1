"""``lungseg report`` and ``lungseg mask --format dicom-seg``, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

import lungseg
from lungseg.preprocess.window import Window
from tests.lungseg.cli.calling import run
from tests.lungseg.dicom_files import make_slice, stored_chest, write

pytestmark = pytest.mark.usefixtures("quick_masks")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> Path:
    """A DICOM series, a picture, and a file that is none."""
    folder = tmp_path_factory.mktemp("inputs")
    scan = lungseg.phantom(slices=3, size=96)
    (folder / "series").mkdir()
    for index, part in enumerate(stored_chest(scan)):
        tags = {"StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5"}
        dataset = make_slice(part, position=100.0 * index, number=index, **tags)
        write(dataset, folder / "series" / f"{index}.dcm")
    grey = Window().apply(scan.voxels[1])
    Image.fromarray(grey).save(folder / "picture.png")
    (folder / "broken.png").write_text("no picture")
    return folder


def test_report_writes_a_folder_for_each_and_finishes_the_good_ones(inputs, tmp_path) -> None:
    pytest.importorskip("highdicom", reason="highdicom, the extra dicom-seg, is not installed")
    files = [inputs / name for name in ("series", "broken.png", "picture.png")]
    result = run("report", *files, "--out", tmp_path, "--dicom-seg")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("error")]
    assert len(errors) == 2
    assert "broken.png" in errors[0]
    assert "comes from none" in errors[1]
    assert {p.name for p in (tmp_path / "series").iterdir()} == {
        "infection.dcm", "infection.nii.gz", "mask.dcm", "mask.nii.gz", "overlay.png",
        "report.html", "result.json",
    }  # fmt: skip
    # The picture comes from no series: it has its report, and no segmentation.
    assert {p.name for p in (tmp_path / "picture").iterdir()} == {
        "infection.png", "mask.png", "overlay.png", "report.html", "result.json",
    }  # fmt: skip
    assert not (tmp_path / "broken").exists()
    page = (tmp_path / "series" / "report.html").read_text("utf-8")
    weights = json.loads((tmp_path / "series" / "result.json").read_text())["weights"]
    for digest in weights["classifier"]["files"].values():
        assert digest in page
    assert "Grad-CAM was not computed" not in page
    assert "Not a medical device" in page


def test_mask_as_a_dicom_segmentation(inputs, tmp_path) -> None:
    pytest.importorskip("highdicom", reason="highdicom, the extra dicom-seg, is not installed")
    files = [inputs / "series", inputs / "picture.png"]
    result = run("mask", *files, "--out", tmp_path, "--format", "dicom-seg")
    assert result.returncode == 1
    assert "picture.png: a DICOM segmentation is written beside the DICOM series" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["series_mask.dcm"]
    seg = pydicom.dcmread(tmp_path / "series_mask.dcm")
    assert seg.StudyInstanceUID == "1.2.3.4"
    assert np.asarray(seg.pixel_array).any()
