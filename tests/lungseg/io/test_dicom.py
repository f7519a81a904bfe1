from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import JPEG2000Lossless, RLELossless

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


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, RLELossless])
def test_compressed_slices(tmp_path, chest, stored, syntax) -> None:
    dataset = make_slice(stored[6])
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


def multi_frame(stored: np.ndarray):
    """An enhanced CT object: position, spacing and rescale in functional groups."""
    dataset = make_slice(stored[0], ImagePositionPatient=None, ImageOrientationPatient=None)
    for tag in ("PixelSpacing", "SliceThickness", "RescaleSlope", "RescaleIntercept"):
        delattr(dataset, tag)
    dataset.NumberOfFrames = len(stored)
    dataset.PixelData = stored.tobytes()
    shared, measures, plane, rescale = (Dataset() for _ in range(4))
    measures.PixelSpacing, measures.SliceThickness = [0.7, 0.8], 5.0
    plane.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    rescale.RescaleSlope, rescale.RescaleIntercept = 1, -1024
    shared.PixelMeasuresSequence = [measures]
    shared.PlaneOrientationSequence = [plane]
    shared.PixelValueTransformationSequence = [rescale]
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.PerFrameFunctionalGroupsSequence = [place(index) for index in range(len(stored))]
    return dataset


def place(index: int) -> Dataset:
    position, frame = Dataset(), Dataset()
    # From the head to the feet: the frames run against the positions.
    position.ImagePositionPatient = [-3.0, 4.0, 100.0 - 5.0 * index]
    frame.PlanePositionSequence = [position]
    return frame


def test_frames_of_an_enhanced_object(tmp_path, chest, stored) -> None:
    scan = lungseg.read(write(multi_frame(stored[::-1].copy()), tmp_path / "a.dcm"))
    assert (scan.voxels == chest[0].axial()).all()
    assert scan.spacing == pytest.approx((5.0, 0.7, 0.8))
    assert scan.affine[:3, 3] == pytest.approx((3.0, -4.0, 100.0 - 5.0 * (len(stored) - 1)))
    assert scan.warnings == ()


def test_the_slope_of_each_file_is_its_own(tmp_path, chest, stored) -> None:
    write(make_slice(stored[0], position=0.0), tmp_path / "a.dcm")
    write(make_slice(stored[1] // 2, position=5.0, RescaleSlope=2), tmp_path / "b.dcm")
    voxels = lungseg.read(tmp_path).voxels
    assert (voxels[0] == chest[0].axial()[0]).all()
    assert np.abs(voxels[1] - chest[0].axial()[1]).max() <= 1


def test_jpeg_ls_is_decoded(tmp_path) -> None:
    paths = [
        get_testdata_file(name, download=False)
        for name in ("MR_small.dcm", "MR_small_jpeg_ls_lossless.dcm")
    ]
    scans = []
    for index, path in enumerate(paths):
        dataset = pydicom.dcmread(path)
        dataset.Modality = "CT"
        scans.append(lungseg.read(write(dataset, tmp_path / f"{index}.dcm")))
    assert (scans[0].voxels == scans[1].voxels).all()


def test_a_file_without_preamble_and_suffix(tmp_path, chest, stored) -> None:
    path = write(make_slice(stored[6]), tmp_path / "a.dcm")
    (tmp_path / "IM0001").write_bytes(path.read_bytes()[132:])
    path.unlink()
    assert (lungseg.read(tmp_path).voxels[0] == chest[0].axial()[6]).all()
    assert (lungseg.read(tmp_path / "IM0001").voxels[0] == chest[0].axial()[6]).all()


def test_slices_without_positions_run_by_their_number(tmp_path, chest, stored) -> None:
    for index, part in enumerate(stored):
        dataset = make_slice(part, number=index, ImagePositionPatient=None)
        write(dataset, tmp_path / f"{len(stored) - index:03}.dcm")
    scan = lungseg.read(tmp_path)
    assert (scan.axial() == chest[0].axial()).all()
    assert "number" in scan.warnings[0]


def test_a_tilted_gantry_is_warned_of(tmp_path, stored) -> None:
    for index, part in enumerate(stored):
        dataset = make_slice(part, ImagePositionPatient=[0.0, 1.5 * index, 5.0 * index])
        write(dataset, tmp_path / f"{index}.dcm")
    scan = lungseg.read(tmp_path)
    assert "tilted gantry" in scan.warnings[0]
    assert scan.spacing == pytest.approx((5.0, 0.7, 0.8))


def test_a_coronal_series_is_turned(tmp_path, chest, stored) -> None:
    for row in range(stored.shape[1]):
        dataset = make_slice(
            np.repeat(stored[::-1, row], 6, axis=0),
            ImageOrientationPatient=[1, 0, 0, 0, 0, -1],
            ImagePositionPatient=[0.0, 0.7 * row, 60.0],
            PixelSpacing=[5.0 / 6, 0.8],
        )
        write(dataset, tmp_path / f"{row}.dcm")
    assert (lungseg.read(tmp_path).axial() == np.repeat(chest[0].axial(), 6, axis=0)).all()


def test_a_localizer_of_the_same_direction_is_left_out(tmp_path, stored) -> None:
    write_series(tmp_path, stored)
    kind = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    write(make_slice(stored[6], position=999.0, ImageType=kind), tmp_path / "scout.dcm")
    scan = lungseg.read(tmp_path)
    assert scan.shape == stored.shape
    assert scan.warnings == ()


def test_other_modalities_beside_a_ct_are_left_out(tmp_path, stored) -> None:
    write_series(tmp_path, stored[:4])
    (tmp_path / "pet").mkdir()
    write_series(tmp_path / "pet", stored, series="5.5", Modality="PT")
    assert lungseg.read(tmp_path).shape[0] == 4


@pytest.mark.parametrize("bits", [12, 16])
def test_monochrome1_of_twelve_bits_whatever_the_header_says(tmp_path, chest, stored, bits) -> None:
    tags = {"PhotometricInterpretation": "MONOCHROME1", "BitsStored": bits, "HighBit": bits - 1}
    path = write(make_slice((4095 - stored[6]).astype(np.uint16), **tags), tmp_path / "a.dcm")
    assert (lungseg.read(path).voxels[0] == chest[0].axial()[6]).all()


def test_signed_monochrome1(tmp_path, chest) -> None:
    hu = chest[0].axial()[6]
    tags = {"PhotometricInterpretation": "MONOCHROME1", "RescaleIntercept": 0}
    path = write(make_slice(-1 - hu, **tags), tmp_path / "a.dcm")
    assert (lungseg.read(path).voxels[0] == hu).all()


def test_a_range_of_padding(tmp_path, stored) -> None:
    part = stored[6].astype(np.int16)
    part[:2], part[2:4] = -2000, -1990
    tags = {"PixelPaddingValue": -2000, "PixelPaddingRangeLimit": -1985}
    path = write(make_slice(part, **tags), tmp_path / "a.dcm")
    assert (lungseg.read(path).voxels[0, :4] == -1024).all()


def test_windowed_grey_of_eight_bits_is_no_hu(tmp_path, stored) -> None:
    grey = (stored[6] // 16).astype(np.uint8)
    path = write(make_slice(grey, RescaleIntercept=0), tmp_path / "a.dcm")
    assert lungseg.read(path).units == "display"
