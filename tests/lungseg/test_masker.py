from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import lungseg
from lungseg.evaluation.dice import dice
from lungseg.geometry import axial_affine
from lungseg.postprocess.confidence import Confidence
from tests.eagerly import eagerly
from tests.lungseg.test_geometry import ORIENTATIONS, reoriented

TINY = {"filters": 2, "input_size": 32, "epochs": 1, "batch_size": 4}


@pytest.fixture(scope="module")
def true_and_found(masker):
    scan, truth = lungseg.phantom(slices=16, size=128, return_mask=True)
    return scan, truth, masker.predict([scan])[0]


def test_lungs_of_a_phantom_are_found(true_and_found) -> None:
    scan, truth, found = true_and_found
    assert found.shape == scan.shape
    assert found.voxels.dtype == np.uint8
    assert dice(found.lungs, truth.lungs) > 0.85
    assert found.confidence > 0.7
    assert found.warnings == ()


def test_right_and_left_are_told_apart(true_and_found) -> None:
    _, truth, found = true_and_found
    for side in (1, 2):
        assert dice(found.voxels == side, truth.voxels == side) > 0.8


@pytest.fixture(scope="module")
def straight(quick_masker, chest) -> lungseg.LungMask:
    (mask,) = quick_masker.predict([chest[0]])
    assert mask.lungs.any()
    return mask


@pytest.mark.parametrize(("axes", "signs"), ORIENTATIONS)
def test_masks_of_all_orientations_are_the_same(quick_masker, chest, straight, axes, signs) -> None:
    scan, _ = chest
    array, affine = reoriented(scan.voxels, scan.affine, axes, signs)
    turned = quick_masker.predict([lungseg.Scan(array, affine)])[0]
    assert turned.shape == array.shape
    assert np.array_equal(turned.axial(), straight.axial())


def test_inputs_of_every_kind_in_one_list(quick_masker, chest, tmp_path) -> None:
    from PIL import Image

    scan, _ = chest
    grey = lungseg.preprocess.window.Window().apply(scan.axial()[6])
    Image.fromarray(grey).save(tmp_path / "a.png")
    masks = quick_masker.predict(
        [scan, scan.voxels[6], grey, tmp_path / "a.png", str(tmp_path / "a.png")]
    )
    assert [mask.shape[0] for mask in masks] == [12, 1, 1, 1, 1]
    assert np.array_equal(masks[2].voxels, masks[3].voxels)


def test_the_only_aerated_lung_of_a_slice_is_kept(masker) -> None:
    scan, truth = lungseg.phantom(slices=1, size=128, opacities=0, return_mask=True)
    one = np.where(truth.voxels == 1, 40, scan.voxels).astype(np.int16)
    mask = masker.predict([lungseg.Scan(one, scan.affine)])[0]
    assert (mask.voxels[truth.voxels == 2] == 2).mean() > 0.9
    # The other one looks like a lung that is consolidated as a whole, and may be found.
    assert truth.lungs[mask.lungs].mean() > 0.8


def test_no_lungs_is_an_empty_mask_with_a_warning(masker) -> None:
    rng = np.random.default_rng(0)
    block = rng.normal(40, 10, (1, 96, 96)).astype(np.int16)
    block[0, :4] = -1000
    mask = masker.predict([lungseg.Scan(block, units="HU")])[0]
    if not mask.lungs.any():
        assert mask.confidence == 0
        assert "no lungs" in mask.warnings[0]
    else:
        assert mask.confidence < 0.9


def test_training_learns_the_lungs_of_phantoms(tiny_network) -> None:
    pairs = [lungseg.phantom(slices=1, size=96, seed=s, return_mask=True) for s in range(8)]
    scans, masks = zip(*pairs, strict=True)
    masker = lungseg.LungMasker(
        tiny_network, input_size=64, epochs=24, batch_size=2, learning_rate=1e-2, augment=False
    )
    masker.fit(scans, masks)
    assert masker.history_[-1]["loss"] < 0.5 * masker.history_[0]["loss"]
    assert masker.score(scans, masks) > 0.8


@pytest.mark.usefixtures("few_spoilt")
def test_groups_are_split_and_lengths_checked(chest, tiny_network) -> None:
    scan, mask = chest
    masker = lungseg.LungMasker(tiny_network, **TINY, validation_fraction=0.5)
    masker.fit([scan, scan], [mask, mask], groups=pd.Series(["a", "b"], index=[5, 3]))
    assert "val_mean_dice" in masker.history_[0]
    with pytest.raises(ValueError, match="cannot be split"):
        masker.fit([scan, scan], [mask, mask], groups=["a", "a"])
    with pytest.raises(ValueError, match="same length"):
        masker.fit([scan, scan], [mask])


def test_a_mask_of_another_size_is_one_clear_error(chest) -> None:
    scan, mask = chest
    wrong = mask.voxels[:3]
    with pytest.raises(lungseg.InputError, match="own grid"):
        lungseg.LungMasker(**TINY).fit([scan], [wrong])


def test_the_published_target_has_its_polarity_turned_back(chest, tiny_network) -> None:
    scan, mask = chest
    masker = lungseg.LungMasker(tiny_network, **TINY, target="surrounding").fit([scan], [mask])
    target = masker._target_of(scan.axial()[6], mask.axial()[6])
    assert not (target & (mask.axial()[6] > 0)).any()
    assert 0.2 < target.mean() < 0.8

    class Perfect:
        """A network that marks the surrounding tissue without error."""

        def predict_on_batch(self, batch):
            return ((batch > 0.4) & (batch < 0.99)).astype(np.float32)

    masker._model, masker._engine = Perfect(), None
    masker.set_params(input_size=96, engine="keras")
    found = masker.predict([scan])[0]
    # Outside the body nothing is marked, and nothing of it may become lung.
    assert dice(found.lungs, mask.lungs) > 0.5
    assert not found.axial()[:, :4].any()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("network", "unet"),
        ("threshold", 1.5),
        ("target", "body"),
        ("scales", ()),
        ("scales", (1.0, 0.0)),
        ("scales", 1.2),
    ],
)
def test_wrong_parameters_name_themselves(chest, name, value) -> None:
    with pytest.raises(ValueError, match=f"{name} of LungMasker"):
        lungseg.LungMasker(**{**TINY, name: value}).fit([chest[0]], [chest[1]])


def test_unfitted_says_so(chest) -> None:
    with pytest.raises(NotFittedError):
        lungseg.LungMasker().predict([chest[0]])
    with pytest.raises(TypeError, match="list of inputs"):
        lungseg.LungMasker.from_pretrained().predict(chest[0])


def test_saved_and_cloned_maskers_find_the_same(quick_masker, chest, tmp_path) -> None:
    expected = quick_masker.predict([chest[0]])[0].voxels
    stored = lungseg.LungMasker.from_pretrained(quick_masker.save(tmp_path / "m"))
    for other in (clone(quick_masker), stored):
        assert np.array_equal(other.predict([chest[0]])[0].voxels, expected)


def test_scales_are_stored_and_older_maskers_have_one(masker, tmp_path, monkeypatch) -> None:
    several = clone(masker).set_params(scales=(1.0, 1.25))
    again = lungseg.LungMasker.from_pretrained(several.save(tmp_path / "several"))
    assert again.scales == again._finder().scales == (1.0, 1.25)
    monkeypatch.setattr(lungseg.LungMasker, "_runtime", (*masker._runtime, "scales"))
    older = lungseg.LungMasker.from_pretrained(several.save(tmp_path / "older"))
    assert older.scales == (1.0,)


def test_a_training_can_start_from_weights(quick_masker, chest) -> None:
    whole, truth = chest
    scan = whole.with_voxels(whole.voxels[4:8], whole.affine)
    mask = lungseg.LungMask(truth.voxels[4:8], truth.affine, "phantom")
    tuned = clone(quick_masker).set_params(epochs=1, learning_rate=1e-6, augment=False)
    with eagerly():
        tuned.fit([scan], [mask])
    before = quick_masker.score([scan], [mask])
    assert tuned.score([scan], [mask]) == pytest.approx(before, abs=0.05)


def test_anisotropic_spacing_comes_back_in_the_scans_grid(masker) -> None:
    scan = lungseg.phantom(slices=3, size=100)
    oblong = lungseg.Scan(np.ascontiguousarray(scan.voxels[:, 10:90]), axial_affine((9, 1, 2)))
    assert masker.predict([oblong])[0].shape == (3, 80, 100)


@pytest.mark.data
def test_lungs_of_patients_kept_aside(masker, data) -> None:
    from lungseg.io.masks import read_mask
    from lungseg.training.hold_out import hold_out

    folder = data / "kmader_lungs"
    with (folder / "manifest.csv").open() as file:
        rows = list(csv.DictReader(file))
    _, aside = hold_out([row["patient"] for row in rows], 0.15, 0)
    chosen = [rows[i] for i in aside][::5]
    found = masker.transform([folder / row["file"] for row in chosen])
    scores = [
        dice(item.mask.lungs, read_mask(folder / row["mask"], item.scan))
        for item, row in zip(found, chosen, strict=True)
    ]
    assert np.mean(scores) >= 0.97


def test_a_masker_that_was_loaded_is_saved_with_its_export(masker, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("lungseg.networks.export.can_export", lambda: False)
    folder = masker.save(tmp_path / "copy")
    stored = lungseg.weights.folder_of("lungs") / "masker.onnx.xz"
    assert (folder / "masker.onnx.xz").read_bytes() == stored.read_bytes()
    assert not masker._files("half")


def test_a_masker_holds_what_it_was_loaded_with(masker, chest, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("lungseg.networks.export.can_export", lambda: False)
    folder = masker.save(tmp_path / "copy")
    early, late, third = (lungseg.LungMasker.from_pretrained(folder) for _ in range(3))
    expected, identity = early.model_.get_weights(), early._identity()
    third.model_.set_weights([weight / 2 for weight in expected])
    third.save(folder, precision="half")
    with pytest.raises(lungseg.InputError, match="copy: it holds other weights"):
        late.predict([chest[0]])
    assert early.to_onnx() is None, "the export in the folder is not its own"
    for one, other in zip(early.model_.get_weights(), expected, strict=True):
        assert np.array_equal(one, other)
    assert early._identity() == identity


@pytest.mark.usefixtures("few_spoilt")
def test_without_epochs_the_weights_stay_and_their_confidence_is_made_anew(
    chest, tiny_network, tmp_path
) -> None:
    scan, truth = chest
    scans, masks, owners = [scan] * 4, [truth] * 4, ["a", "b", "c", "d"]
    # Trained until it marks something.
    some = TINY | {"epochs": 8, "learning_rate": 1e-2, "augment": False}
    trained = lungseg.LungMasker(tiny_network, **some).fit(scans, masks, owners)
    folder = trained.save(tmp_path / "trained")
    again = lungseg.LungMasker(tiny_network, **(TINY | {"epochs": 0}), weights=folder, body_scale=2)
    # Kept aside are a whole body and a picture cropped to the lungs, in frames of two sizes.
    near = np.s_[:, 16:80, 13:77]
    parts = (scan, truth), (scan.voxels[near], truth.voxels[near])
    again.fit(scans, masks, validation=tuple(zip(*parts, strict=True)))
    for one, other in zip(trained.model_.get_weights(), again.model_.get_weights(), strict=True):
        assert np.array_equal(one, other)
    assert again.confidence_ != Confidence.plain()
    with pytest.raises(ValueError, match="epochs of LungMasker must be at least 1"):
        lungseg.LungMasker(**(TINY | {"epochs": 0})).fit(scans, masks)
