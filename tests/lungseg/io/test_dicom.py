from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

import lungseg
from tests.lungseg.dicom_files import make_slice, stored_chest, write


@pytest.fixture
def stored(chest) -> np.ndarray:
    return stored_chest(chest[0])


def write_series(folder: Path, stored: np.ndarray, **tags) -> None:
    # Names run against the positions.
    for index, part in enumerate(stored):
        dataset = make_slice(part, position=5.0 * index, number=index, **tags)
        write(dataset, folder / f"{len(stored) - index:03}.dcm")


def test_slices_are_ordered_by_position_and_not_by_name(tmp_path, chest, stored) -> None:
    write_series(tmp_path, stored)
    scan = lungseg.read(tmp_path)
    assert (scan.axial() == chest[0].axial()).all()
    assert scan.spacing == pytest.approx((5.0, 0.7, 0.8))
    assert scan.units == "HU"
    assert scan.warnings == ()


def test_monochrome1_is_turned(tmp_path, chest, stored) -> None:
    write_series(tmp_path, 4095 - stored, PhotometricInterpretation="MONOCHROME1", BitsStored=12)
    assert (lungseg.read(tmp_path).axial() == chest[0].axial()).all()


def test_monochrome1_within_a_smaller_range_than_its_bits(tmp_path, chest, stored) -> None:
    turned = int(stored.max()) + int(stored.min()) - stored
    write(
        make_slice(turned[6].astype(np.uint16), PhotometricInterpretation="MONOCHROME1"),
        tmp_path / "a.dcm",
    )
    assert lungseg.read(tmp_path / "a.dcm").voxels.min() < -900


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGLSLossless, RLELossless])
def test_compressed_slices(tmp_path, chest, stored, syntax) -> None:
    dataset = make_slice(stored[6])
    if syntax == RLELossless:
        dataset.compress(RLELossless)
    else:
        pytest.importorskip("openjpeg" if syntax == JPEG2000Lossless else "jpeg_ls")
        dataset.compress(syntax)
    path = write(dataset, tmp_path / "a.dcm")
    assert (lungseg.read(path).voxels[0] == chest[0].axial()[6]).all()


def test_missing_modality_is_taken_for_ct(tmp_path, stored) -> None:
    path = write(make_slice(stored[6], Modality=None), tmp_path / "a.dcm")
    assert lungseg.read(path).units == "HU"


def test_missing_rescale_tags_are_made_up_for(tmp_path, chest, stored) -> None:
    path = write(
        make_slice(stored[6], RescaleSlope=None, RescaleIntercept=None), tmp_path / "a.dcm"
    )
    scan = lungseg.read(path)
    assert (scan.voxels[0] == chest[0].axial()[6]).all()
    assert {finding.code for finding in scan.findings} == {"no-rescale", "shifted-hu"}


def test_the_largest_of_several_series_is_taken_and_the_others_named(
    tmp_path, chest, stored
) -> None:
    write_series(tmp_path, stored)
    (tmp_path / "other").mkdir()
    write_series(tmp_path / "other", stored[:3], series="9.9.9", SeriesDescription="bone kernel")
    scan = lungseg.read(tmp_path)
    assert scan.shape == stored.shape
    assert "bone kernel" in scan.warnings[0]


def test_a_scout_in_the_same_series_is_left_out(tmp_path, stored) -> None:
    write_series(tmp_path, stored)
    scout = make_slice(stored[6], ImageOrientationPatient=[0, 1, 0, 0, 0, -1])
    write(scout, tmp_path / "scout.dcm")
    assert lungseg.read(tmp_path).shape == stored.shape


def test_a_missing_slice_is_warned_of(tmp_path, stored) -> None:
    write_series(tmp_path, stored)
    (tmp_path / "005.dcm").unlink()
    assert "gaps" in lungseg.read(tmp_path).warnings[0]


def test_repeated_positions_are_dropped(tmp_path, stored) -> None:
    write_series(tmp_path, stored)
    write(make_slice(stored[0], position=0.0), tmp_path / "again.dcm")
    scan = lungseg.read(tmp_path)
    assert scan.shape == stored.shape
    assert "where another one does" in scan.warnings[0]


def test_padding_becomes_air(tmp_path, stored) -> None:
    padded = stored[6].astype(np.int16)
    padded[:4] = -2000
    path = write(make_slice(padded, PixelPaddingValue=-2000), tmp_path / "a.dcm")
    assert (lungseg.read(path).voxels[0, :4] == -1024).all()


def test_a_broken_file_beside_a_whole_series_is_named(tmp_path, stored) -> None:
    write_series(tmp_path, stored)
    (tmp_path / "zzz.dcm").write_text("no DICOM at all")
    assert "left out" in lungseg.read(tmp_path).warnings[0]


@pytest.mark.data
def test_the_same_scan_as_dicom_and_as_nrrd(data) -> None:
    dicom = lungseg.read(data / "dicom" / "cip_ct64_series")
    nrrd = lungseg.read(data / "dicom" / "ct-64.nrrd")
    assert (dicom.axial() == nrrd.axial()).all()
    assert np.allclose(dicom.affine, nrrd.affine, atol=1e-3)


@pytest.mark.data
def test_slices_without_a_modality_tag(data) -> None:
    assert lungseg.read(data / "dicom" / "lungmask_two_slices").shape == (2, 512, 512)
