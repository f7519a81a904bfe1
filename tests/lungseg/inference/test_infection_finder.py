from __future__ import annotations

import numpy as np

from lungseg import Scan
from lungseg.inference.infection_finder import InfectionFinder, _closed
from lungseg.scan import LungMask


def test_notches_are_filled_and_the_chest_wall_stays_out() -> None:
    lungs = np.zeros((60, 90), np.uint8)
    lungs[10:50, 10:40], lungs[10:50, 50:80] = 1, 2
    lungs[25:31, 10:16] = 0  # consolidation at the pleura that was cut off
    near = _closed(lungs, 9)
    assert near[25:31, 12:16].all()
    assert not near[:, :9].any()
    assert not near[20:40, 42:48].any()  # the lungs are not joined to each other
    assert near[lungs > 0].all()


def _finder(seen: list[int], scales: tuple[float, ...], size: int = 64) -> InfectionFinder:
    def classes(grey: np.ndarray) -> np.ndarray:
        """All of a small frame is infected, and nothing of a large one."""
        seen.append(grey.shape[1])
        return np.full((*grey.shape, 1), grey.shape[1] < 80, np.float32)

    return InfectionFinder(
        classes=classes,
        input_size=size,
        scales=scales,
        threshold=0.5,
        turns=1,
        trim=0.0,
        clahe=0.0,
        standardise=False,
        within="lungs",
        spread=None,
    )


def _scan(slices: int) -> tuple[Scan, LungMask]:
    rng = np.random.default_rng(0)
    lungs = np.zeros((slices, 50, 70), np.uint8)
    lungs[:, 10:40, 10:60] = 1
    grey = rng.integers(0, 255, lungs.shape).astype(np.uint8)
    return Scan(grey, units="display"), LungMask(lungs)


def test_few_slices_are_looked_at_in_several_sizes_and_the_mean_is_taken() -> None:
    seen: list[int] = []
    scan, lungs = _scan(4)
    found = _finder(seen, (1.0, 1.5)).probability(scan, lungs)
    assert seen == [64, 96]
    assert np.unique(found[lungs.voxels > 0]).tolist() == [0.5]


def test_a_volume_is_looked_at_in_one_size() -> None:
    seen: list[int] = []
    scan, lungs = _scan(5)
    found = _finder(seen, (1.0, 1.5)).probability(scan, lungs)
    assert seen == [64]
    assert np.unique(found[lungs.voxels > 0]).tolist() == [1.0]


def test_sides_of_frames_are_divisible_by_what_networks_need() -> None:
    seen: list[int] = []
    _finder(seen, (0.9, 1.0, 1.3)).probability(*_scan(1))
    assert seen == [64, 96]


def test_the_size_of_the_network_itself_stays_as_it_is() -> None:
    seen: list[int] = []
    _finder(seen, (1.0,), size=48).probability(*_scan(1))
    assert seen == [48]
