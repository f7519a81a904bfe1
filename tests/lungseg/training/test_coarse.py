"""What a coarse scan looks like to the masker."""

import numpy as np
import pytest

from lungseg.training.coarse import coarse


def _disc(side: int) -> np.ndarray:
    rows, columns = np.ogrid[:side, :side]
    return ((rows - side / 2) ** 2 + (columns - side / 2) ** 2 < (side / 4) ** 2).astype(np.uint8)


@pytest.mark.parametrize("seed", range(20))
def test_mask_stays_where_the_picture_is(seed: int) -> None:
    disc = _disc(512) * np.uint8(255)
    grey, share = coarse(disc, disc, 320, np.random.default_rng(seed))
    assert grey.shape == share.shape == (320, 320)
    both = ((grey > 127) & (share > 127)).sum()
    assert 2 * both / ((grey > 127).sum() + (share > 127).sum()) > 0.95


def test_detail_is_lost() -> None:
    fine = (np.indices((512, 512)).sum(0) % 2 * 255).astype(np.uint8)
    grey, _ = coarse(fine, fine, 320, np.random.default_rng(0))
    shown = grey[grey > 0]
    assert np.percentile(shown, 95) - np.percentile(shown, 5) < 128


def test_a_long_slice_keeps_its_proportions() -> None:
    full = np.full((100, 400), 255, np.uint8)
    grey, _ = coarse(full, full, 320, np.random.default_rng(2))
    rows, columns = (np.flatnonzero((grey > 127).any(axis=axis)).size for axis in (1, 0))
    assert columns / rows == pytest.approx(4, rel=0.1)
    assert columns >= 96


def test_small_frame_is_never_passed() -> None:
    full = np.full((64, 64), 200, np.uint8)
    for seed in range(10):
        grey, _ = coarse(full, full, 64, np.random.default_rng(seed))
        assert (grey == 200).all()
