from __future__ import annotations

import numpy as np
import pytest

import lungseg


@pytest.fixture
def infected(chest) -> np.ndarray:
    """A third of the left lung, as 0 and 1."""
    left = chest[1].voxels == 2
    left[:, ::3] = False
    return left.astype(np.uint8)


def test_infection_alone_needs_its_lungs(chest, infected) -> None:
    scan, lungs = chest
    mask = lungseg.InfectionMask.read(infected, scan, lungs)
    assert mask.share == pytest.approx(infected.sum() / lungs.lungs.sum())
    assert np.array_equal(mask.infection, infected > 0)
    with pytest.raises(ValueError, match="give the lungs"):
        lungseg.InfectionMask.read(infected, scan)


def test_class_numbers_tell_lungs_and_kinds(chest, infected) -> None:
    scan, lungs = chest
    numbers = np.where(infected, 2, lungs.lungs).astype(np.uint8)
    assert np.array_equal(lungseg.InfectionMask.read(numbers, scan).voxels, numbers)
    numbers[infected.astype(bool) & (np.arange(numbers.shape[2]) % 2 == 0)] = 3
    kinds = lungseg.InfectionMask.read(numbers, scan)
    assert np.array_equal(kinds.voxels, numbers)
    assert kinds.classes[3] == "consolidation"


def test_it_goes_into_the_severity(chest, infected) -> None:
    scan, lungs = chest
    image = lungseg.LungMask(infected, scan.affine).to_simpleitk()
    mask = lungseg.InfectionMask.read(image, scan, lungs)
    found = lungseg.severity(scan, lungs, mask)
    assert found.to_dict() == lungseg.severity(scan, lungs, infected > 0).to_dict()


def test_what_was_saved_is_read_again(chest, infected, tmp_path) -> None:
    scan, lungs = chest
    mask = lungseg.InfectionMask.read(infected, scan, lungs)
    again = lungseg.InfectionMask.read(mask.save(tmp_path / "a.nii.gz"), scan)
    assert np.array_equal(again.voxels, mask.voxels)
