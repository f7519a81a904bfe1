"""The files that the blocks speak of, made of phantoms."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

import lungseg
from lungseg.networks import registry
from lungseg.preprocess.window import Window
from tests.lungseg.dicom_files import make_slice, stored_chest, write

_STUDY = {"StudyInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5", "PatientID": "phantom"}


@pytest.fixture(scope="session")
def _kept() -> dict[str, Any]:
    return {}


@pytest.fixture
def quick(_kept, quick_masks, monkeypatch) -> None:
    """Do for all pages once what would be the same for each, and costs seconds.

    The networks of the shipped weights, which no block trains, are built once, and masks are
    remembered.
    """

    def build(name: str, *shape: Any, **options: Any) -> Any:
        if "efficientnet" not in name:
            return registry.build(name, *shape, **options)
        key = repr((name, shape, sorted(options.items())))
        if key not in _kept:
            _kept[key] = registry.build(name, *shape, **options)
        return _kept[key]

    monkeypatch.setattr(lungseg.networks, "build", build)


@pytest.fixture(scope="session")
def phantom_files(tmp_path_factory) -> Path:
    """scan.nii.gz, slice.png, the folder series/, and hospital.csv with its pictures."""
    folder = tmp_path_factory.mktemp("phantom-files")
    scan = lungseg.phantom(slices=4, size=96)
    image = sitk.GetImageFromArray(scan.voxels)
    rows, columns = scan.spacing[1:]
    image.SetSpacing((columns, rows, scan.spacing[0]))
    sitk.WriteImage(image, str(folder / "scan.nii.gz"))
    _picture(scan.axial()[2], folder / "slice.png")
    (folder / "series").mkdir()
    for number, stored in enumerate(stored_chest(scan)):
        one = make_slice(stored, position=30.0 * number, number=number, **_STUDY)
        write(one, folder / "series" / f"{number}.dcm")
    _hospital(folder)
    return folder


def _hospital(folder: Path) -> None:
    (folder / "scans").mkdir()
    rows = []
    for number in range(12):
        ill = number % 2
        scan = lungseg.phantom(slices=1, size=96, opacities=6 * ill, seed=number)
        name = f"scans/{number:03}.png"
        _picture(scan.axial()[0], folder / name)
        split = ("train", "val", "test")[number // 4]
        rows.append((name, "COVID" if ill else "NonCOVID", f"p{number:03}", split))
    with (folder / "hospital.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("file", "label", "patient", "split"), *rows])


def _picture(voxels: np.ndarray, path: Path) -> None:
    Image.fromarray(Window().apply(voxels)).save(path)


@pytest.fixture
def workplace(phantom_files, tmp_path, monkeypatch) -> Path:
    """The phantom files in a folder of one's own, which is the current one."""
    shutil.copytree(phantom_files, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path
