from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import lungseg
from lungseg import InfectionSegmenter, Scan
from lungseg.infection_mask import KINDS
from lungseg.scan import LungMask, MaskedScan
from lungseg.training.cross_fit import cross_fit


def _case(seed: int, kinds: bool = False) -> tuple[MaskedScan, np.ndarray]:
    """A dark lung with a bright spot in a grey body: learned in seconds."""
    rng = np.random.default_rng(seed)
    picture = rng.integers(110, 130, (96, 96)).astype(np.uint8)
    numbers = np.zeros((96, 96), np.uint8)
    numbers[16:80, 16:80] = 1
    row, column = rng.integers(20, 50, 2)
    numbers[row : row + 24, column : column + 24] = 2
    if kinds:
        numbers[row : row + 24, column : column + 12] = 3
    picture[numbers == 1] = rng.integers(0, 30)
    picture[numbers == 2] = 160 if kinds else 220
    picture[numbers == 3] = 255
    lungs = LungMask((numbers > 0).astype(np.uint8)[None])
    return MaskedScan(Scan(picture[None], units="display", source=f"case {seed}"), lungs), numbers


QUICK = {"input_size": 32, "epochs": 6, "epoch_slices": 32, "learning_rate": 3e-3, "average": 0.8}


@pytest.fixture(scope="module")
def cases() -> list[tuple[MaskedScan, np.ndarray]]:
    return [_case(seed) for seed in range(12)]


@pytest.fixture(scope="module")
def fitted(cases, tiny_network) -> InfectionSegmenter:
    items, masks = zip(*cases, strict=True)
    segmenter = InfectionSegmenter(tiny_network, **QUICK)
    return segmenter.fit(items, masks, groups=pd.Series(range(len(items)), index=range(7, 19)))


def test_it_learns_and_marks_in_the_grid_of_the_scan(fitted, cases) -> None:
    items, masks = zip(*[_case(seed) for seed in (100, 101, 102)], strict=True)
    found = fitted.predict(items)
    assert [mask.shape for mask in found] == [(1, 96, 96)] * 3
    assert fitted.score(items, masks) > 0.8
    assert set(np.unique(found[0].voxels)) <= {0, 1, 2}
    assert found[0].infection.shape == found[0].voxels.shape
    (probability,) = fitted.predict_proba(items[:1])
    assert np.array_equal(probability >= fitted.threshold_, found[0].infection)


def test_threshold_and_curve_come_from_what_was_kept_aside(fitted) -> None:
    assert fitted.curve_ is not None
    assert fitted.threshold_ == fitted.curve_.best()


def test_saved_and_loaded_it_marks_the_same(fitted, cases, tmp_path) -> None:
    loaded = InfectionSegmenter.from_pretrained(fitted.save(tmp_path / "made"))
    item = cases[0][0]
    before, after = fitted.predict_proba([item])[0], loaded.predict_proba([item])[0]
    assert np.array_equal(before, after)
    assert loaded.threshold_ == fitted.threshold_
    assert loaded.get_params()["lead"] == fitted.lead


def test_infection_lies_in_or_near_the_lungs(fitted, cases) -> None:
    scan, mask = cases[0][0]
    half = mask.voxels.copy()
    half[:, :, 48:] = 0
    item = MaskedScan(scan, LungMask(half))
    fitted.set_params(within="lungs")
    (inside,) = fitted.predict([item])
    fitted.set_params(within="near")
    assert not inside.infection[half == 0].any()


def test_without_lungs_nothing_is_sought_and_that_is_said(fitted, cases) -> None:
    scan = cases[0][0].scan
    (mask,) = fitted.predict([MaskedScan(scan, LungMask(np.zeros((1, 96, 96), np.uint8)))])
    assert not mask.voxels.any()
    assert "no lungs" in mask.warnings[0]


def test_the_ends_of_a_volume_are_trimmed(fitted, cases) -> None:
    scan, mask = cases[0][0]
    volume = Scan(np.repeat(scan.voxels, 8, axis=0), units="display")
    lungs = LungMask(np.repeat(mask.voxels, 8, axis=0))
    fitted.set_params(trim=0.25)
    (found,) = fitted.predict([MaskedScan(volume, lungs)])
    fitted.set_params(trim=0.0)
    marked = found.infection.any(axis=(1, 2))
    assert marked.tolist() == [False] * 2 + [True] * 4 + [False] * 2


def test_a_scan_on_its_side_comes_back_on_its_side(fitted, cases) -> None:
    """Voxels stored left to right, feet last: the mask lies where the spot lies."""
    scan, mask = cases[0][0]
    affine = np.diag([-1.0, 1.0, 1.0, 1.0])[[2, 1, 0, 3]]
    turned = Scan(scan.voxels, affine, units="display")
    (straight,) = fitted.predict([MaskedScan(scan, mask)])
    (found,) = fitted.predict([MaskedScan(turned, LungMask(mask.voxels, affine))])
    assert found.shape == turned.shape
    assert np.array_equal(found.affine, affine)
    agreement = (found.infection & straight.infection).sum() / straight.infection.sum()
    assert agreement > 0.9


def test_kinds_are_told_apart_where_labels_do(tiny_network) -> None:
    items, masks = zip(*[_case(seed, kinds=True) for seed in range(10)], strict=True)
    segmenter = InfectionSegmenter(tiny_network, target="kinds", **{**QUICK, "epochs": 12})
    segmenter.fit(items, masks)
    (found,) = segmenter.predict(items[:1])
    assert found.classes == KINDS
    both = np.isin(found.voxels[0], (2, 3)) & np.isin(masks[0], (2, 3))
    assert (found.voxels[0][both] == masks[0][both]).mean() > 0.8


def test_labels_of_a_network_are_mended_half_way(cases) -> None:
    from lungseg.backend import keras
    from lungseg.training.infection_fit import mend_labels
    from lungseg.training.infection_samples import InfectionSample

    half = keras.Sequential([keras.Input((32, 32, 1)), keras.layers.Rescaling(0.0, offset=0.5)])
    blank, full = np.zeros((40, 40), np.uint8), np.full((40, 40), 255, np.uint8)
    samples = [
        InfectionSample(blank, full, None, None, 0, trusted=True),
        InfectionSample(blank, full, None, None, 1, trusted=False),
    ]
    kept, mended = mend_labels(half, samples, 32, 0.5)
    assert (kept.infection == 255).all()
    assert np.unique(mended.infection).tolist() == [191]  # half of 255 and half of 127.5


def test_each_trusted_scan_is_marked_once_by_a_network_that_has_not_seen_it(
    cases, tiny_network
) -> None:
    items, masks = zip(*cases, strict=True)
    quick = InfectionSegmenter(tiny_network, **{**QUICK, "epochs": 1, "epoch_slices": 8})
    trusted = [number < 8 for number in range(len(items))]
    groups = [number // 2 for number in range(len(items))]
    found = dict(cross_fit(quick, items, masks, groups, trusted, folds=2))
    assert sorted(found) == list(range(8))
    with pytest.raises(ValueError, match="too few for 9 folds"):
        list(cross_fit(quick, items, masks, groups, trusted, folds=9))


def test_a_cut_off_training_goes_on(cases, tiny_network, tmp_path) -> None:
    items, masks = zip(*cases, strict=True)
    trusted = [number % 2 == 0 for number in range(len(items))]
    params = {**QUICK, "epochs": 2, "epoch_slices": 8}
    whole = InfectionSegmenter(tiny_network, checkpoint=tmp_path / "a", **params)
    whole.fit(items, masks, trusted=trusted)
    again = InfectionSegmenter(tiny_network, checkpoint=tmp_path / "a", **params)
    again.fit(items, masks, trusted=trusted)
    before, after = whole.model_.get_weights(), again.model_.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"network": "simple"}, "network of InfectionSegmenter"),
        ({"target": "all"}, "target of InfectionSegmenter"),
        ({"threshold": 2}, "threshold of InfectionSegmenter"),
        ({"trim": 0.6}, "trim of InfectionSegmenter"),
        ({"scales": ()}, "scales of InfectionSegmenter"),
        ({"scales": (1.0, 0.0)}, "scales of InfectionSegmenter"),
        ({"scales": 1.25}, "scales of InfectionSegmenter"),
    ],
)
def test_a_wrong_parameter_is_one_clear_error(params, message, cases) -> None:
    items, masks = zip(*cases[:2], strict=True)
    with pytest.raises(ValueError, match=message):
        InfectionSegmenter(**params).fit(items, masks)


def test_masks_without_infection_teach_nothing(cases) -> None:
    item, numbers = cases[0]
    with pytest.raises(ValueError, match="nothing to learn"):
        InfectionSegmenter("unet-s3", **QUICK).fit([item], [np.minimum(numbers, 0)])


def test_a_mask_of_another_size_names_the_scan(cases) -> None:
    with pytest.raises(lungseg.InputError, match="own grid"):
        InfectionSegmenter("unet-s3", **QUICK).fit([cases[0][0]], [np.ones((10, 10))])
