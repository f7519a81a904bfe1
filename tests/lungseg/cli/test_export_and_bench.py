from __future__ import annotations

import json

import numpy as np
import pytest

import lungseg
from lungseg.bench.cases import Result, available, run_case
from tests.lungseg.cli.calling import run


def test_an_export_says_how_it_is_fed(tmp_path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    result = run("export", tmp_path / "lungs.onnx")
    assert result.returncode == 0, result.stderr
    facts = json.loads((tmp_path / "lungs.json").read_text("utf-8"))
    assert facts["longer side"] == 320
    session = runtime.InferenceSession(
        str(tmp_path / "lungs.onnx"), providers=["CPUExecutionProvider"]
    )
    grey = np.zeros((1, 64, 64, 1), np.float32)
    assert session.run(None, {session.get_inputs()[0].name: grey})[0].shape == grey.shape


def test_an_export_of_another_format_is_one_clear_error(tmp_path) -> None:
    result = run("export", tmp_path / "lungs.tflite")
    assert result.returncode == 1
    assert "ONNX" in result.stderr
    assert not list(tmp_path.iterdir())


def test_bench_compares_in_one_run() -> None:
    assert {"mask command", "engine keras"} <= set(available((8,)))
    result = run_case("width 2 (keras)", 9)
    assert result.slices == 9
    assert result.slices_per_second > 0
    assert result.peak_mb > 50
    assert Result("a", 2.0, 10, 1.0).slices_per_second == 5


def test_masking_a_thousand_slices_stays_under_three_gigabytes(quick_masker, tmp_path) -> None:
    """The whole process, as the operating system counts it.

    In small frames: networks see a few slices at once, and what grows with the scan is the rest.
    """
    import subprocess
    import sys

    import SimpleITK as sitk

    chest = lungseg.phantom(slices=40, size=512).voxels
    # A long scan: chest, and belly without lungs on both sides of it.
    volume = np.repeat(chest[:1], 1000, axis=0)
    volume[480:520] = chest
    image = sitk.GetImageFromArray(volume)
    image.SetSpacing((0.7, 0.7, 1.0))
    path = tmp_path / "long.nii"
    sitk.WriteImage(image, str(path))
    del volume, image
    # Not ru_maxrss: across an exec it keeps what the parent, a worker of these tests, had held.
    code = (
        "import re, sys; sys.argv = ['lungseg', *sys.argv[1:]]\n"
        "from pathlib import Path\n"
        "from lungseg.cli import main\n"
        "try:\n    main()\n"
        "finally:\n"
        "    status = Path('/proc/self/status').read_text()\n"
        "    print('PEAK', re.search(r'VmHWM:\\s+(\\d+)', status)[1], file=sys.stderr)\n"
    )
    words = [sys.executable, "-c", code, "mask", str(path), "--out", str(tmp_path / "out")]
    words += ["--infection", "--masker", str(quick_masker.save(tmp_path / "quick"))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "PEAK" in done.stderr, done.stderr
    peak = int(done.stderr.split("PEAK")[1].split()[0])
    assert (tmp_path / "out" / "long_mask.nii.gz").is_file(), done.stderr
    assert peak / 1024 < 3000
