"""What the doctor notices, and what it must leave alone."""

from __future__ import annotations

import numpy as np
import pytest

import lungseg
from lungseg.doctor.polarity import looks_inverted
from lungseg.doctor.wrapped import unwrap
from lungseg.preprocess.window import Window


@pytest.fixture(scope="module")
def hu() -> np.ndarray:
    return lungseg.phantom(slices=1, size=160).voxels[0]


@pytest.fixture(scope="module")
def grey(hu) -> np.ndarray:
    return Window().apply(hu)


def codes(x) -> set[str]:
    return {finding.code for finding in lungseg.inspect(x).findings}


def test_a_good_slice_is_left_alone(hu, grey) -> None:
    assert codes(hu) == set()
    assert codes(grey) == set()


def test_noise_is_warned_of() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (96, 96), np.uint8)
    assert codes(noise) == {"noise"}


def test_a_mask_given_for_a_scan_is_warned_of(hu) -> None:
    assert "two-values" in codes(((hu < -500) * 255).astype(np.uint8))


def test_a_negative_is_warned_of() -> None:
    # The body runs out of the picture: one clear of all edges may lie on a white page.
    drawn = np.zeros((96, 96), np.uint8)
    drawn[12:, 12:84] = 180
    drawn[30:66, 21:42] = drawn[30:66, 51:75] = 20
    assert not looks_inverted(drawn)
    assert codes(255 - drawn) == {"inverted"}


def test_a_page_of_text_is_refused() -> None:
    page = np.full((300, 200), 255, np.uint8)
    page[20:280:12, 20:180] = np.random.default_rng(0).choice([0, 20, 255], (22, 160))
    with pytest.raises(lungseg.InputError, match="page of text"):
        lungseg.read(page)


def test_hu_that_lost_their_sign_are_brought_back(hu) -> None:
    scan = lungseg.read(hu.astype(np.uint16))
    assert np.array_equal(scan.voxels[0], np.maximum(hu, -1024))
    assert {finding.code for finding in scan.findings} == {"wrapped-hu"}


def test_hu_that_were_cut_to_8_bits_are_refused(hu) -> None:
    with pytest.raises(lungseg.InputError, match="8 bits"):
        lungseg.read(np.tile(np.array([5, -5], np.int8), (80, 40)))
    values, findings = unwrap(hu[None], "HU", "array")
    assert values is not None
    assert findings == []


def test_a_very_long_slice_is_warned_of() -> None:
    ramp = np.linspace(-1000, 400, 64 * 320).reshape(64, 320)
    assert "long" in codes(ramp)


def test_sheared_axes_are_refused() -> None:
    affine = np.eye(4)
    affine[0, 1] = 0.3
    ramp = np.linspace(-1000, 400, 70**3).reshape(70, 70, 70)
    with pytest.raises(lungseg.InputError, match="sheared"):
        lungseg.Scan.from_array(ramp, affine=affine)


def test_opencv_pictures_of_three_channels_are_read(grey) -> None:
    rgb = np.repeat(grey[..., None], 3, axis=2)
    scan = lungseg.read(rgb)
    assert scan.shape == (1, *grey.shape)
    assert np.array_equal(scan.voxels[0], grey)
