from __future__ import annotations

import numpy as np
import pytest

import lungseg
from lungseg.preprocess import BodyCrop, RemoveBackground
from lungseg.preprocess.patient_contour import patient_contour
from lungseg.scan import Scan


def disk(size: int = 96, radius: int = 30) -> np.ndarray:
    rows, columns = np.indices((size, size)) - size / 2
    return np.hypot(rows, columns) <= radius


def test_the_contour_of_a_disk_is_the_disk() -> None:
    body = disk()
    grey = np.where(body, 180, 0).astype(np.uint8)
    grey[40:56, 30:45] = 5  # a lung
    grey[90:92] = 255  # a table, longer than nothing but thinner than the patient
    found = patient_contour(grey)
    assert found[body].mean() > 0.99
    assert found.sum() < 1.1 * body.sum()
    assert not found[88:].any()


def test_a_body_that_the_picture_cuts_off_is_closed_at_the_border() -> None:
    grey = np.where(disk(96, 60), 180, 0).astype(np.uint8)
    grey[30:60, 30:60] = 0
    assert patient_contour(grey)[30:60, 30:60].all()


def test_the_heart_between_open_lungs_is_not_taken_for_the_patient() -> None:
    grey = np.full((96, 96), 50, np.uint8)
    grey[:, :3] = grey[:3, :] = grey[:, -3:] = grey[-3:, :] = 140  # a wall, too dark to be tissue
    grey[20:80, 40:60] = 200
    assert not patient_contour(grey).any()
    scan = RemoveBackground().transform(Scan(grey[None], units="display")).scan
    assert np.array_equal(scan.voxels[0], grey)


def test_bone_is_not_taken_for_the_patient_where_tissue_is_dark() -> None:
    grey = np.where(disk(), 90, 0).astype(np.uint8)
    grey[60:76, 40:56] = 255
    assert not patient_contour(grey).any()
    assert patient_contour(grey, threshold=60)[disk()].mean() > 0.95


def test_the_hull_takes_the_bays_in() -> None:
    grey = np.zeros((96, 96), np.uint8)
    grey[20:80, 10:30] = grey[20:80, 66:86] = grey[20:35, 10:86] = 200
    assert not patient_contour(grey)[60, 48]
    assert patient_contour(grey, hull=True)[60, 48]


def test_the_table_becomes_air_and_the_patient_stays() -> None:
    scan, mask = lungseg.phantom(slices=2, size=256, return_mask=True)
    bare = RemoveBackground().transform(scan, mask).scan
    assert bare.units == "HU"
    assert np.array_equal(bare.voxels[mask.lungs], scan.voxels[mask.lungs])
    table = np.s_[:, 216:, :]
    assert scan.voxels[table].max() > -400
    assert (bare.voxels[table] == -1000).all()


def test_a_slice_without_a_patient_stays_and_a_scan_without_one_says_so() -> None:
    voxels = np.full((2, 64, 64), -900, np.int16)
    voxels[1, 10:50, 10:50] = 40
    bare = RemoveBackground().transform(Scan(voxels)).scan
    assert (bare.voxels[0] == -900).all()
    assert bare.voxels[1, 0, 0] == -1000
    nobody = RemoveBackground().transform(Scan(voxels[:1]))
    assert "no contour of a patient" in nobody.scan.warnings[0]


@pytest.mark.parametrize("margin", [0.0, 0.2])
def test_the_box_of_all_slices_together(margin) -> None:
    voxels = np.zeros((3, 80, 90), np.uint8)
    voxels[0, 20:40, 30:60] = voxels[1, 30:60, 20:50] = 200
    found = BodyCrop(margin).transform(Scan(voxels, units="display"))
    box = found.restore(np.ones(found.scan.shape, bool))
    rows, columns = (np.flatnonzero(box.any(axis=axes)) for axes in ((0, 2), (0, 1)))
    spare = 40 * margin
    assert abs(rows[0] - (20 - spare)) <= 2
    assert abs(rows[-1] - (59 + spare)) <= 2
    assert abs(columns[0] - (20 - spare)) <= 2
    assert len(found.scan.voxels) == 3


def test_nothing_is_cropped_where_nobody_is_found() -> None:
    scan = Scan(np.zeros((1, 64, 64), np.uint8), units="display")
    found = BodyCrop().transform(scan)
    assert found.scan.shape == scan.shape
    assert "no contour of a patient" in found.scan.warnings[0]
