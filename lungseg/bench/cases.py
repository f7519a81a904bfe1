"""The cases of ``lungseg bench``, and how one of them is run."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Run = Callable[[NDArray[np.uint8]], Any]

#: Side of the square that lungmask fits slices into.
_THEIRS = 256


@dataclass(frozen=True)
class Result:
    """Speed and memory of one case.

    Parameters
    ----------
    case : str
    seconds : float
        For all slices, without loading and warming up; of a whole command, with them.
    slices : int
    peak_mb : float
        Largest resident memory of its process.
    """

    case: str
    seconds: float
    slices: int
    peak_mb: float

    @property
    def slices_per_second(self) -> float:
        """Slices that are done in a second."""
        return self.slices / self.seconds


def available(widths: tuple[int, ...]) -> list[str]:
    """Names of the cases that can be run here.

    Examples
    --------
    >>> available((16,))[0]
    'mask command'
    """
    engines = {"keras": "keras", "onnx": "onnxruntime", "openvino": "openvino"}
    names = ["mask command", "mask command --infection", "3-D post-processing"]
    names += [f"engine {name}" for name, package in engines.items() if find_spec(package)]
    names += [f"width {width} (keras)" for width in widths]
    if find_spec("lungmask"):
        names.append("lungmask U-Net")
    return names


def run_case(case: str, slices: int) -> Result:
    """Run one case in this process.

    Parameters
    ----------
    case : str
        One of `available`.
    slices : int
        How many slices of 512×512 it gets; the networks, as many in the frames they are
        fitted into.

    Returns
    -------
    Result
    """
    if case.startswith("mask command"):
        seconds, peak = _time_command(slices, *case.split()[2:])
    else:
        side = _side(case)
        grey = np.random.default_rng(0).integers(0, 255, (slices, side, side), np.uint8)
        run = _runner(case, slices, side)
        run(grey[:8])
        start = time.perf_counter()
        run(grey)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Result(case, round(seconds, 3), slices, round(peak))


def _side(case: str) -> int:
    """Side of the frame that the weights, or lungmask, fit slices into."""
    if case.startswith("lungmask"):
        return _THEIRS
    from lungseg.masker import LungMasker

    return LungMasker.from_pretrained().input_size


def _runner(case: str, slices: int, side: int) -> Run:
    kind, value = case.split()[:2]
    if kind == "3-D":
        return _post_processing(slices, side)
    if kind == "engine":
        from lungseg.masker import LungMasker

        masker = LungMasker.from_pretrained().set_params(engine=value)
        return masker._running()
    if kind == "width":
        from lungseg.inference.keras_engine import KerasEngine
        from lungseg.networks import build

        return KerasEngine(build("bcdunet-d3", (side, side, 1), 1, filters=int(value)))
    return _lungmask()


def _post_processing(slices: int, side: int) -> Run:
    """Components over slices, holes and sides, on the lungs of a phantom."""
    from lungseg.phantoms import phantom
    from lungseg.postprocess.keep_lungs import keep_lungs
    from lungseg.postprocess.sides import label_sides

    _, truth = phantom(8, side, return_mask=True)
    lungs = np.repeat(truth.lungs, -(-slices // 8), axis=0)
    marks = lungs * np.uint8(255)

    def run(grey: NDArray[np.uint8]) -> None:
        label_sides(keep_lungs(lungs[: len(grey)], marks[: len(grey)]))

    return run


def _lungmask() -> Run:
    """Build the U-Net that lungmask runs, with random weights: only its time counts."""
    import torch
    from lungmask.resunet import UNet

    network = UNet(
        n_classes=3, padding=True, depth=5, up_mode="upsample", batch_norm=True, residual=False
    ).eval()

    def run(grey: NDArray[np.uint8]) -> None:
        with torch.inference_mode():
            for start in range(0, len(grey), 4):
                batch = torch.from_numpy(grey[start : start + 4, None].astype(np.float32) / 255)
                network(batch)

    return run


def _time_command(slices: int, *options: str) -> tuple[float, float]:
    """Time a whole ``lungseg mask``, from the start of its process to the written file."""
    import SimpleITK as sitk

    from lungseg.phantoms import phantom

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "volume.nii.gz"
        thin = phantom(max(8, slices // 4), 512).voxels
        volume = np.repeat(thin, -(-slices // len(thin)), axis=0)[:slices]
        image = sitk.GetImageFromArray(volume)
        image.SetSpacing((0.7, 0.7, 300 / slices))
        sitk.WriteImage(image, str(path), True)
        code = "from lungseg.cli import main; main()"
        command = [sys.executable, "-c", code, "mask", str(path), "--out", scratch, *options]
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
        seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Run the case that the arguments name and print its result as JSON."""
    print(json.dumps(asdict(run_case(sys.argv[1], int(sys.argv[2])))))


if __name__ == "__main__":
    main()
