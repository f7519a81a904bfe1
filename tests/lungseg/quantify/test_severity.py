"""Severity on masks whose figures are known by arithmetic."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import numpy as np
import pytest

import lungseg
from lungseg.geometry import axial_affine
from lungseg.infection_mask import KINDS
from tests.lungseg.test_geometry import ORIENTATIONS, reoriented

#: 10 mm³ a voxel: 0.01 mL.
AFFINE = axial_affine((5.0, 2.0, 1.0))


def blocks() -> tuple[np.ndarray, np.ndarray]:
    """Nine slices of lung between two without; each lung 20 × 30 voxels in a slice.

    Infected are 60 voxels of the right lung in each of the three lowest slices with lung,
    and 120 of the left in the highest one.
    """
    lungs = np.zeros((11, 64, 80), np.uint8)
    lungs[1:10, 20:40, 5:35], lungs[1:10, 20:40, 45:75] = 1, 2
    infected = np.zeros(lungs.shape, bool)
    infected[1:4, 20:22, 5:35] = True
    infected[9, 20:24, 45:75] = True
    return lungs, infected


def scan_of(lungs: np.ndarray, affine=AFFINE) -> lungseg.Scan:
    voxels = np.where(lungs > 0, -800, 40).astype(np.int16)
    return lungseg.Scan(voxels, affine, "blocks", units="HU")


def test_shares_and_volumes_by_arithmetic() -> None:
    lungs, infected = blocks()
    found = lungseg.severity(scan_of(lungs), lungseg.LungMask(lungs, AFFINE), infected)
    assert found.lungs.lung_voxels == 9 * 2 * 600
    assert found.lungs.infected_voxels == 3 * 60 + 120
    assert found.share == 300 / 10800
    assert found.lungs.lung_ml == pytest.approx(108.0)
    assert found.lungs.infected_ml == pytest.approx(3.0)
    assert (found.right.share, found.left.share) == (180 / 5400, 120 / 5400)
    assert (found.lower.share, found.middle.share, found.upper.share) == (
        180 / 3600,
        0.0,
        120 / 3600,
    )
    assert found.notes == ()
    assert [part.name for part in found.parts] == [
        "right lung", "left lung", "upper third", "middle third", "lower third",
    ]  # fmt: skip
    assert "2.8 % of the lungs infected, 3 of 108 mL" in repr(found)
    assert json.loads(json.dumps(found.to_dict()))["left"]["infected_voxels"] == 120


@pytest.mark.parametrize(("axes", "signs"), ORIENTATIONS[::5])
def test_the_orientation_of_the_file_changes_nothing(axes, signs) -> None:
    lungs, infected = blocks()
    straight = lungseg.severity(scan_of(lungs), lungs, infected)
    moved, affine = reoriented(lungs, AFFINE, axes, signs)
    there, _ = reoriented(infected, AFFINE, axes, signs)
    turned = lungseg.severity(scan_of(moved, affine), lungseg.LungMask(moved, affine), there)
    assert turned.to_dict() == straight.to_dict()


def test_infection_outside_the_lungs_is_reported_and_not_counted() -> None:
    lungs, infected = blocks()
    infected[5, 50:54, 0:25] = True
    found = lungseg.severity(scan_of(lungs), lungs, infected)
    assert found.lungs.infected_voxels == 300
    assert (found.outside.infected_voxels, found.outside.infected_ml) == (100, pytest.approx(1.0))
    assert "100 infected voxels lie outside the lung mask and are not counted" in found.notes


def test_the_interval_is_the_segmenters() -> None:
    lungs, infected = blocks()
    infected[5, 50:54, 0:25] = True
    classes = (lungs > 0) + infected.astype(np.uint8) * 2
    mask = lungseg.InfectionMask(
        np.minimum(classes, 2).astype(np.uint8), AFFINE, interval=(300, 640), coverage=0.8
    )
    found = lungseg.severity(scan_of(lungs), lungs, mask)
    assert found.interval == pytest.approx((200 / 10800, 540 / 10800))
    assert found.coverage == 0.8
    assert found.interval[0] <= found.share <= found.interval[1]
    assert "(1.9 to 5.0 %)" in repr(found)
    without = lungseg.severity(scan_of(lungs), lungs, infected)
    assert (without.interval, without.coverage) == (None, None)


def test_kinds_are_told_apart_where_the_mask_does() -> None:
    lungs, infected = blocks()
    classes = (lungs > 0).astype(np.uint8)
    classes[infected] = 2
    mask = lungseg.InfectionMask(classes, AFFINE, classes=KINDS)
    ground, solid = lungseg.severity(scan_of(lungs), lungs, mask).kinds
    assert (ground.name, ground.share) == ("ground glass", 300 / 10800)
    assert (solid.name, solid.share) == ("consolidation", 0.0)
    classes[9][infected[9]] = 3
    mask = lungseg.InfectionMask(classes, AFFINE, classes=KINDS)
    shares = [kind.share for kind in lungseg.severity(scan_of(lungs), lungs, mask).kinds]
    assert shares == [180 / 10800, 120 / 10800]


def test_densities_inside_the_lungs() -> None:
    lungs, infected = blocks()
    voxels = np.full(lungs.shape, 1000, np.int16)
    values = np.repeat([-980, -951, -950, -701, -700, -251, -250, 249, 250, 900], 1080)
    voxels[lungs > 0] = values
    scan = lungseg.Scan(voxels, AFFINE, "blocks", units="HU")
    found = lungseg.severity(scan, lungs, infected)
    assert {band.name: band.share for band in found.bands} == {
        "emphysema": 0.2,
        "normally aerated": 0.2,
        "ground glass": 0.2,
        "consolidation": 0.2,
        "denser": 0.2,
    }
    assert sum(band.ml for band in found.bands) == pytest.approx(found.lungs.lung_ml)
    assert found.mean_density == pytest.approx(values.mean())


def test_a_healthy_lung_is_zero() -> None:
    lungs, infected = blocks()
    found = lungseg.severity(scan_of(lungs), lungs, np.zeros_like(infected))
    assert (found.share, found.right.share, found.upper.share) == (0.0, 0.0, 0.0)
    assert found.notes == ()


def test_no_lung_has_no_shares() -> None:
    lungs = blocks()[0]
    mask = lungseg.InfectionMask(np.zeros_like(lungs), AFFINE, interval=(0, 10))
    found = lungseg.severity(scan_of(lungs), np.zeros_like(lungs), mask)
    assert (found.share, found.right, found.upper, found.interval) == (None, None, None, None)
    assert found.mean_density is None
    assert [band.share for band in found.bands] == [None] * 5
    assert "no lung was found: there are no shares" in found.notes
    assert repr(found) == "Severity('blocks': no lung)"
    json.dumps(found.to_dict())


def test_a_picture_has_no_volumes_no_thirds_and_no_densities() -> None:
    lungs, infected = blocks()
    picture = lungseg.Scan(np.full((1, 64, 80), 90, np.uint8), units="display")
    found = lungseg.severity(picture, lungs[9], infected[9])
    assert found.share == 120 / 1200
    assert (found.lungs.lung_ml, found.upper, found.bands, found.mean_density) == (None,) * 4
    assert [note.split(":")[0] for note in found.notes] == [
        "a single slice", "no spacing", "not in HU (display grey)",
    ]  # fmt: skip
    assert "mL" not in repr(found)


def test_a_mask_without_sides() -> None:
    lungs, infected = blocks()
    for mask in (lungs > 0, lungseg.LungMask((lungs > 0).astype(np.uint8), AFFINE)):
        found = lungseg.severity(scan_of(lungs), mask, infected)
        assert (found.right, found.left) == (None, None)
        assert found.share == 300 / 10800
        assert any("does not tell the sides" in note for note in found.notes)


def test_lungs_that_were_cut_off_are_noted() -> None:
    lungs, infected = blocks()
    found = lungseg.severity(scan_of(lungs[:5]), lungs[:5], infected[:5])
    assert any("reach the first or the last slice" in note for note in found.notes)
    found = lungseg.severity(scan_of(lungs[8:]), lungs[8:], infected[8:])
    assert found.upper is None
    assert any("fewer than three slices" in note for note in found.notes)


def test_a_mask_of_another_size_is_one_clear_error() -> None:
    lungs, infected = blocks()
    smaller = lungseg.LungMask(lungs[1:], AFFINE, "another scan")
    with pytest.raises(lungseg.InputError) as error:
        lungseg.severity(scan_of(lungs), smaller, infected)
    assert str(error.value) == (
        "blocks: the lung mask of 'another scan' has 10×64×80 voxels and the scan 11×64×80; give "
        "the lung mask of this very scan, in its own grid"
    )
    with pytest.raises(lungseg.InputError, match="infection mask has 10×64×80 voxels"):
        lungseg.severity(scan_of(lungs), lungs, infected[1:])


@pytest.mark.parametrize("kind", ["lung mask", "infection mask"])
def test_a_mask_that_lies_elsewhere_is_one_clear_error(kind) -> None:
    lungs, infected = blocks()
    mirrored = AFFINE @ np.diag([1.0, 1.0, -1.0, 1.0])
    wrong = {"lung mask": AFFINE, "infection mask": AFFINE, kind: mirrored}
    mask = lungseg.LungMask(lungs, wrong["lung mask"], "another scan")
    found = lungseg.InfectionMask(infected * np.uint8(2), wrong["infection mask"])
    with pytest.raises(lungseg.InputError, match=f"{kind} of .* lies elsewhere than the scan"):
        lungseg.severity(scan_of(lungs), mask, found)


def test_a_header_that_rounds_is_the_same_place() -> None:
    lungs, infected = blocks()
    rounded = AFFINE.astype(np.float32).astype(float) + 1e-4
    found = lungseg.severity(scan_of(lungs), lungseg.LungMask(lungs, rounded), infected)
    assert found.share == 300 / 10800


def test_numbers_that_are_no_mask_are_refused() -> None:
    lungs, infected = blocks()
    with pytest.raises(ValueError, match="holds 0, 1"):
        lungseg.severity(scan_of(lungs), lungs * 100, infected)
    with pytest.raises(ValueError, match="holds 0, 1"):
        lungseg.severity(scan_of(lungs), lungs / 3, infected)
    with pytest.raises(ValueError, match="must be boolean"):
        lungseg.severity(scan_of(lungs), lungs, infected.astype(np.uint8))


def test_the_name_is_the_function_whatever_was_imported_before() -> None:
    code = (
        "import lungseg.quantify.severity, lungseg.quantify.measure\n"
        "from lungseg import severity, Severity\n"
        "import lungseg\n"
        "print(callable(severity), lungseg.severity is severity, isinstance(Severity, type))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.split() == ["True"] * 3, result.stderr
    importlib.import_module("lungseg.quantify.severity")
    assert callable(lungseg.severity)
