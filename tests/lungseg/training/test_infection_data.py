import numpy as np
import pytest

from lungseg.training.infection_data import InfectionData
from lungseg.training.infection_samples import InfectionSample


def sample(level: int, *, ill: bool, trusted: bool) -> InfectionSample:
    grey = np.full((32, 32), level, np.uint8)
    marks = np.zeros_like(grey)
    if ill:
        marks[8:24, 8:24] = 255
    return InfectionSample(grey, marks, None, None, level, trusted)


@pytest.fixture
def mixed() -> list[InfectionSample]:
    return [
        *(sample(0, ill=True, trusted=True) for _ in range(3)),
        *(sample(1, ill=True, trusted=False) for _ in range(5)),
        *(sample(2, ill=False, trusted=False) for _ in range(4)),
    ]


def kinds(data: InfectionData, samples: list[InfectionSample]) -> list[int]:
    """How many draws are trusted, pseudo and healthy."""
    drawn = [samples[index].scan for index in data._order()]
    return [drawn.count(kind) for kind in range(3)]


def test_trusted_samples_lead_and_the_healthy_keep_their_share(mixed):
    data = InfectionData(
        mixed, size=32, augment=True, draws=100, lead=(0.5, 0.9), healthy=0.2, epochs=2
    )
    assert kinds(data, mixed) == [40, 40, 20]
    data.on_epoch_end()
    assert kinds(data, mixed) == [72, 8, 20]


def test_without_healthy_slices_the_rest_is_divided(mixed):
    data = InfectionData(mixed[:8], size=32, augment=True, draws=10, epochs=2)
    assert kinds(data, mixed) == [5, 5, 0]


def test_samples_of_one_kind_are_drawn_alike(mixed):
    data = InfectionData(mixed[:3], size=32, augment=True, draws=6)
    assert kinds(data, mixed) == [6, 0, 0]


def test_where_nothing_follows_all_that_is_ill_is_drawn(mixed):
    samples = [*mixed[:3], *mixed[8:]]
    data = InfectionData(samples, size=32, augment=True, draws=100, healthy=0.2, epochs=2)
    assert kinds(data, samples) == [80, 0, 20]


def test_some_healthy_lungs_are_made_ill() -> None:
    dark = np.full((64, 64), 20, np.uint8)
    lungs = np.zeros_like(dark)
    lungs[8:56, 8:56] = 255
    well = InfectionSample(dark, np.zeros_like(dark), lungs, None, 0, trusted=False)
    for share, ill in ((1.0, 8), (0.0, 0)):
        data = InfectionData([well], size=64, augment=True, draws=8, consolidate=share)
        x, y = data[0]
        assert (y[..., 0].max(axis=(1, 2)) > 0).sum() == ill
        marked = y[..., 0] > 0.5
        assert not ill or x[..., 0][marked].mean() > x[..., 0][~marked].mean() + 0.2


def test_lungs_that_are_not_known_stay_as_they_are() -> None:
    dark = np.full((64, 64), 20, np.uint8)
    for lungs in (None, np.zeros_like(dark)):
        well = InfectionSample(dark, np.zeros_like(dark), lungs, None, 0)
        data = InfectionData([well], size=64, augment=True, draws=4, consolidate=1.0)
        assert not data[0][1][..., 0].any()
