from __future__ import annotations

import csv

import numpy as np
import pytest

import lungseg
from lungseg.evaluation.dice import dice
from lungseg.io.reader import read
from lungseg.preprocess.window import Window
from lungseg.training.density_labels import lungs_by_density
from lungseg.training.gas import add_gas
from lungseg.training.lesion_bank import LesionBank
from lungseg.training.lung_labels import lungs_around_lesions
from lungseg.training.mixture import Source, mix
from lungseg.training.strangers import strangers
from tests.lungseg.cli.calling import run


def consolidated() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two lungs, one of them consolidated at the back, in a picture cropped to them."""
    grey = np.full((200, 240), 190, np.uint8)
    lungs = np.zeros(grey.shape, bool)
    lungs[20:180, 20:100] = lungs[20:180, 140:220] = True
    grey[lungs] = 25
    lesion = np.zeros(grey.shape, bool)
    lesion[130:180, 20:100] = True
    grey[lesion] = 185
    return grey, lesion, lungs


def test_a_label_holds_the_consolidation() -> None:
    grey, lesion, lungs = consolidated()
    label = lungs_around_lesions(grey, lesion)
    assert label is not None
    assert dice(label, lungs) > 0.97
    without = lungs_around_lesions(grey, np.zeros_like(lesion))
    assert without is None or not without[lesion].any()


def test_an_untrusted_lesion_in_the_bone_is_given_up() -> None:
    grey, lesion, _ = consolidated()
    far = np.zeros_like(lesion)
    far[60:140, 105:135] = True  # between the lungs
    assert lungs_around_lesions(grey, far, trusted=False) is None
    assert lungs_around_lesions(np.full((64, 64), 9, np.uint8), np.zeros((64, 64), bool)) is None


def test_gas_is_told_from_lung_by_its_density() -> None:
    scan, truth = lungseg.phantom(slices=1, size=256, opacities=0, return_mask=True)
    grey = Window().apply(scan.axial()[0])
    assert dice(lungs_by_density(grey), truth.axial()[0]) > 0.9


def test_real_lesions_are_painted_into_lungs_alone() -> None:
    bank = LesionBank([consolidated()])
    assert len(bank) == 1
    scan, truth = lungseg.phantom(slices=1, size=128, opacities=0, return_mask=True)
    slice_hu, lungs = scan.axial()[0], truth.axial()[0] > 0
    ill = bank.paint(slice_hu, lungs, np.random.default_rng(3))
    assert np.array_equal(ill[~lungs], slice_hu[~lungs])
    assert (ill[lungs] - slice_hu[lungs]).max() > 300
    assert (ill >= slice_hu).all()
    same = bank.paint(slice_hu, lungs, np.random.default_rng(3))
    assert np.array_equal(ill, same)


def test_a_bank_without_lesions_is_an_error() -> None:
    grey, _, lungs = consolidated()
    with pytest.raises(ValueError, match="no picture"):
        LesionBank([(grey, np.zeros_like(lungs), lungs)])


def test_strangers_are_of_several_kinds_and_the_same_for_a_seed() -> None:
    first, again, other = strangers(8, seed=1), strangers(8, seed=1), strangers(8, seed=2)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_sources_get_their_shares() -> None:
    main = Source("a", [0] * 10, [0] * 10)
    scans, masks, weights = mix([main, Source.of_strangers(4, 0), Source("none", [], [])], 0.7)
    assert len(scans) == len(masks) == len(weights) == 14
    assert sum(weights[:10]) == pytest.approx(0.7)
    assert sum(weights) == pytest.approx(1)


def test_lung_labels_writes_a_manifest_to_train_on(tmp_path) -> None:
    from PIL import Image

    grey, lesion, lungs = consolidated()
    blank = np.tile(np.linspace(90, 110, 240).astype(np.uint8), (200, 1))
    pictures = {
        "a.png": grey,
        "a-mask.png": lesion * np.uint8(255),
        "b.png": blank,
        "b-mask.png": np.zeros_like(blank),
    }
    for name, picture in pictures.items():
        Image.fromarray(picture).save(tmp_path / name)
    (tmp_path / "m.csv").write_text(
        "file,mask,case\na.png,a-mask.png,\nb.png,b-mask.png,\n", "utf-8"
    )
    result = run("lung-labels", tmp_path / "m.csv", "--patient", "case", "--out", tmp_path / "out")
    assert "1 of 2" in result.stdout
    with (tmp_path / "out" / "manifest.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert dice(read(row["mask"]).voxels, lungs[None]) > 0.97
    assert (tmp_path / "out" / "sheet-1.png").is_file()


def test_gas_is_painted_outside_the_lungs() -> None:
    scan, truth = lungseg.phantom(slices=1, size=128, opacities=0, return_mask=True)
    slice_hu, lungs = scan.axial()[0], truth.axial()[0] > 0
    gassy = add_gas(slice_hu, lungs, np.random.default_rng(1))
    changed = gassy != slice_hu
    assert (gassy[changed] < slice_hu[changed] + 50).all()
    assert (gassy[changed] < -900).sum() > 10
    assert not changed[lungs].any()
    air = np.full((64, 64), -1000, np.int16)
    assert add_gas(air, np.zeros((64, 64), bool), np.random.default_rng(0)) is air
