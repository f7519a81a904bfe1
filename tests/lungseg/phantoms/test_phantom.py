from __future__ import annotations

import numpy as np
import pytest

import lungseg


def test_the_same_seed_gives_the_same_patient() -> None:
    first, again, other = (lungseg.phantom(slices=4, size=64, seed=s).voxels for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_tissues_have_their_hu() -> None:
    scan, mask = lungseg.phantom(slices=16, size=128, opacities=0, return_mask=True)
    assert -900 < np.median(scan.voxels[mask.lungs]) < -700
    corner = scan.voxels[:, :8, :8]
    assert -1024 <= corner.min() <= corner.max() < -900
    body = scan.voxels[(scan.voxels > -200) & ~mask.lungs]
    assert -120 < np.median(body) < 100
    assert scan.voxels.max() > 300


def test_disease_is_lung_in_the_mask() -> None:
    dense = []
    for opacities in (0, 6):
        scan, mask = lungseg.phantom(
            slices=16, size=128, opacities=opacities, return_mask=True, seed=5
        )
        dense.append(np.mean(scan.voxels[mask.lungs] > -650))
    assert dense[1] > dense[0] + 0.02


def test_right_is_where_the_patients_right_hand_is() -> None:
    scan, mask = lungseg.phantom(slices=8, size=64, return_mask=True)
    right, left = ((mask.axial() == side).nonzero()[2].mean() for side in (1, 2))
    assert right < 32 < left
    assert scan.axial().shape == (8, 64, 64)


@pytest.mark.parametrize(
    "bad", [{"slices": 0}, {"size": 8}, {"opacities": -1}, {"spacing": (1, 1)}]
)
def test_impossible_chests_are_refused(bad) -> None:
    with pytest.raises(ValueError, match=r"slice|opacities|spacing"):
        lungseg.phantom(**bad)
