"""DICOM segmentations, read back by pydicom alone and by highdicom."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import EnhancedCTImageStorage, ExplicitVRLittleEndian

import lungseg
from lungseg.infection_mask import KINDS
from tests.lungseg.dicom_files import make_slice, write
from tests.lungseg.io.test_dicom import multi_frame

pytest.importorskip("highdicom", reason="highdicom, the extra dicom-seg, is not installed")

STUDY = {
    "StudyInstanceUID": "1.2.3.4",
    "FrameOfReferenceUID": "1.2.3.5",
    "PatientID": "P1",
    "PatientName": "Doe^Jane",
    "SeriesNumber": 7,
}


def turn(x: float, y: float, z: float) -> np.ndarray:
    """Matrix that turns about the three axes, one after the other; degrees."""
    matrix = np.eye(3)
    for axis, angle in enumerate(np.deg2rad([x, y, z])):
        i, j = (k for k in range(3) if k != axis)
        step = np.eye(3)
        step[[i, j], [i, j]], step[i, j], step[j, i] = np.cos(angle), -np.sin(angle), np.sin(angle)
        matrix = step @ matrix
    return matrix


#: Directions of growing column and row numbers, and the step from file to file, in LPS.
LAYOUTS = {
    "axial": ([1, 0, 0], [0, 1, 0], [0, 0, 5]),
    "from the head": ([1, 0, 0], [0, 1, 0], [0, 0, -5]),
    "columns run to the right hand": ([-1, 0, 0], [0, 1, 0], [0, 0, 5]),
    "upside down": ([1, 0, 0], [0, -1, 0], [0, 0, 5]),
    "prone": ([-1, 0, 0], [0, -1, 0], [0, 0, 5]),
    "coronal": ([1, 0, 0], [0, 0, -1], [0, 5, 0]),
    "sagittal": ([0, 1, 0], [0, 0, -1], [5, 0, 0]),
    "oblique": tuple((turn(12, -7, 21) @ np.diag([1, 1, 5])).T.tolist()),
    "tilted gantry": ([1, 0, 0], [0, np.cos(0.3), np.sin(0.3)], [0, 0, 5]),
}


def write_series(folder: Path, layout: str = "axial", **tags) -> Path:
    """A series of noise in which nothing is symmetric."""
    # Of coronal ones this is a side of the axial slices, which must not be too small.
    count = 36 if layout in ("coronal", "sagittal") else 6
    columns, rows, step = (np.array(part, float) for part in LAYOUTS[layout])
    rng = np.random.default_rng(0)
    folder.mkdir(exist_ok=True)
    for index in range(count):
        stored = rng.integers(0, 1500, (72, 96)).astype(np.uint16)
        where = np.array([-30.0, 20.0, 100.0]) + index * step
        dataset = make_slice(
            stored,
            number=index,
            **{
                **STUDY,
                "ImagePositionPatient": where.round(6).tolist(),
                "ImageOrientationPatient": np.concatenate([columns, rows]).round(9).tolist(),
                **tags,
            },
        )
        # Names run against the positions.
        write(dataset, folder / f"{count - index:03}.dcm")
    return folder


def labels_for(scan: lungseg.Scan, classes: int = 2) -> np.ndarray:
    """Labels without any symmetry: an L in some slices, a bar in others, two left empty."""
    voxels = np.zeros(scan.shape, np.uint8)
    voxels[0, 5:40, 10:14], voxels[0, 36:40, 10:30] = 1, 1
    voxels[1, 3:9, 60:90] = classes
    voxels[3, 50:70, 70] = 1
    return voxels


def positions(path: Path) -> dict[str, np.ndarray]:
    """Where the voxels of each segment lie, in mm (LPS), by the file alone."""
    seg = pydicom.dcmread(path)
    frames = np.asarray(seg.pixel_array).reshape(-1, seg.Rows, seg.Columns)
    names = {part.SegmentNumber: part.SegmentLabel for part in seg.SegmentSequence}
    shared = seg.SharedFunctionalGroupsSequence[0]
    spacing = np.array(shared.PixelMeasuresSequence[0].PixelSpacing, float)
    axes = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, float)
    found: dict[str, list[np.ndarray]] = {name: [] for name in names.values()}
    for pixels, group in zip(frames, seg.PerFrameFunctionalGroupsSequence, strict=True):
        corner = np.array(group.PlanePositionSequence[0].ImagePositionPatient, float)
        rows, columns = np.nonzero(pixels)
        number = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        found[names[number]].append(
            corner
            + np.outer(columns * spacing[1], axes[:3])
            + np.outer(rows * spacing[0], axes[3:])
        )
    return {name: in_order(np.concatenate(parts)) for name, parts in found.items() if parts}


def expected(scan: lungseg.Scan, voxels: np.ndarray, label: int) -> np.ndarray:
    """Where they must lie: by the affine of the scan."""
    index = np.argwhere(voxels == label)
    world = np.c_[index, np.ones(len(index))] @ scan.affine.T
    return in_order(world[:, :3] * [-1, -1, 1])


def in_order(points: np.ndarray) -> np.ndarray:
    points = points.round(3) + 0.0
    return points[np.lexsort(points.T)]


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "tilted gantry"])
def test_every_voxel_lies_where_the_scans_does(tmp_path, layout) -> None:
    scan = lungseg.read(write_series(tmp_path / "series", layout))
    voxels = labels_for(scan)
    mask = lungseg.LungMask(voxels, scan.affine, scan.source)
    found = positions(mask.save(tmp_path / "mask.dcm"))
    assert set(found) == {"Right lung", "Left lung"}
    for label, name in ((1, "Right lung"), (2, "Left lung")):
        there = expected(scan, voxels, label)
        assert len(there) == (voxels == label).sum()
        assert np.allclose(found[name], there, atol=0.01)
        mirrored = in_order(there * [-1, 1, 1])
        assert not np.allclose(found[name], mirrored, atol=0.5)


@pytest.mark.parametrize("layout", ["from the head", "columns run to the right hand", "oblique"])
def test_highdicom_reads_the_same_volume(tmp_path, layout) -> None:
    import highdicom as hd

    scan = lungseg.read(write_series(tmp_path / "series", layout))
    voxels = labels_for(scan)
    path = lungseg.LungMask(voxels, scan.affine, scan.source).save(tmp_path / "mask.dcm")
    volume = hd.seg.segread(path).get_volume(combine_segments=True)
    assert volume.spacing == pytest.approx(scan.spacing, abs=1e-4)
    lps = (
        np.c_[np.argwhere(volume.array == 1), np.ones((volume.array == 1).sum())] @ volume.affine.T
    )
    assert np.allclose(in_order(lps[:, :3]), expected(scan, voxels, 1), atol=0.01)


def test_slices_of_a_tilted_gantry_keep_their_own_places(tmp_path) -> None:
    """The affine of the scan cannot say it, the files can."""
    folder = write_series(tmp_path / "series", "tilted gantry")
    scan = lungseg.read(folder)
    voxels = labels_for(scan)
    path = lungseg.LungMask(voxels, scan.affine, scan.source).save(tmp_path / "mask.dcm")
    seg = pydicom.dcmread(path)
    known = {
        pydicom.dcmread(file).SOPInstanceUID: pydicom.dcmread(file) for file in folder.iterdir()
    }
    for group in seg.PerFrameFunctionalGroupsSequence:
        source = group.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        place = group.PlanePositionSequence[0].ImagePositionPatient
        assert np.allclose(place, known[source].ImagePositionPatient)


def test_the_right_lung_of_a_patient_is_the_right_one(tmp_path, chest) -> None:
    scan, mask = chest
    for index, part in enumerate(scan.axial().astype(np.int32) + 1024):
        # As some scanners store it: from the head, columns to the patient's right hand.
        dataset = make_slice(
            part.astype(np.uint16)[:, ::-1],
            number=index,
            **STUDY,
            ImageOrientationPatient=[-1, 0, 0, 0, 1, 0],
            ImagePositionPatient=[200.0, 0.0, 5.0 * index],
        )
        write(dataset, tmp_path / f"{index}.dcm")
    read = lungseg.read(tmp_path)
    voxels = np.ascontiguousarray(read.order.undo(mask.axial()))
    found = positions(lungseg.LungMask(voxels, read.affine, read.source).save(tmp_path / "m.dcm"))
    # LPS grows to the patient's left.
    assert found["Right lung"][:, 0].max() < found["Left lung"][:, 0].mean()
    assert found["Right lung"][:, 0].mean() < found["Left lung"][:, 0].min()


def test_frames_of_one_file(tmp_path) -> None:
    rng = np.random.default_rng(0)
    dataset = multi_frame(rng.integers(0, 1500, (6, 72, 96)).astype(np.uint16))
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    for tag, value in STUDY.items():
        setattr(dataset, tag, value)
    scan = lungseg.read(write(dataset, tmp_path / "a.dcm"))
    voxels = labels_for(scan)
    path = lungseg.LungMask(voxels, scan.affine, scan.source).save(tmp_path / "mask.dcm")
    assert np.allclose(positions(path)["Right lung"], expected(scan, voxels, 1), atol=0.01)


def test_it_belongs_to_the_patient_and_says_what_it_is(tmp_path) -> None:
    scan = lungseg.read(write_series(tmp_path / "series"))
    path = lungseg.LungMask(labels_for(scan), scan.affine, scan.source).save(tmp_path / "mask.dcm")
    seg = pydicom.dcmread(path)
    for tag, value in STUDY.items():
        assert str(seg[tag].value) == ("1007" if tag == "SeriesNumber" else value)
    assert seg.Modality == "SEG"
    assert seg.SOPClassUID.name == "Segmentation Storage"
    assert seg.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    right, left = seg.SegmentSequence
    for part, side in ((right, "24028007"), (left, "7771000")):
        (kind,) = part.SegmentedPropertyTypeCodeSequence
        assert (kind.CodeValue, kind.CodingSchemeDesignator) == ("39607008", "SCT")
        assert kind.SegmentedPropertyTypeModifierCodeSequence[0].CodeValue == side
        assert part.SegmentAlgorithmType == "AUTOMATIC"
        assert part.SegmentAlgorithmName == "lungseg"
    assert "not for diagnosis" in seg.SeriesDescription


def test_kinds_of_infection_have_their_own_codes(tmp_path) -> None:
    scan = lungseg.read(write_series(tmp_path / "series"))
    voxels = labels_for(scan, 3) * 2 % 5  # 2 ground glass, 1 lung
    voxels[4, 10:20, 10:15] = 3
    mask = lungseg.InfectionMask(voxels, scan.affine, scan.source, classes=KINDS)
    path = mask.save(tmp_path / "infection.dcm")
    seg = pydicom.dcmread(path)
    codes = [part.SegmentedPropertyTypeCodeSequence[0].CodeValue for part in seg.SegmentSequence]
    assert codes == ["112120", "95436008"]
    found = positions(path)
    assert np.allclose(found["Ground glass"], expected(scan, voxels, 2), atol=0.01)
    assert np.allclose(found["Consolidation"], expected(scan, voxels, 3), atol=0.01)


@pytest.mark.parametrize(("labels", "name"), [(1, "Lungs"), (0, "Lungs")])
def test_lungs_without_sides_and_empty_masks(tmp_path, capfd, labels, name) -> None:
    scan = lungseg.read(write_series(tmp_path / "series"))
    voxels = (labels_for(scan) > 0) * np.uint8(labels)
    path = lungseg.LungMask(voxels, scan.affine, scan.source).save(tmp_path / "mask.dcm")
    seg = pydicom.dcmread(path)
    assert [part.SegmentLabel for part in seg.SegmentSequence] == [name]
    assert int(np.asarray(seg.pixel_array).sum()) == int(voxels.sum())
    assert capfd.readouterr().err == ""


def test_headers_without_patient_are_taken(tmp_path) -> None:
    scan = lungseg.read(write_series(tmp_path / "series", PatientID=None, PatientName=None))
    mask = lungseg.LungMask(labels_for(scan), scan.affine, scan.source)
    assert pydicom.dcmread(mask.save(tmp_path / "mask.dcm")).PatientID in ("", None)


def test_headers_that_say_too_little_are_an_error(tmp_path) -> None:
    scan = lungseg.read(write_series(tmp_path / "series", FrameOfReferenceUID=None))
    mask = lungseg.LungMask(labels_for(scan), scan.affine, scan.source)
    with pytest.raises(lungseg.InputError, match=r"lack FrameOfReferenceUID; write \.nii\.gz"):
        mask.save(tmp_path / "mask.dcm")
    assert not (tmp_path / "mask.dcm").exists()


@pytest.mark.parametrize("source", ["array", "phantom", "scan.nii.gz"])
def test_a_mask_of_something_else_is_an_error_that_names_the_mend(tmp_path, chest, source) -> None:
    mask = lungseg.LungMask(chest[1].voxels, chest[1].affine, source)
    with pytest.raises(lungseg.InputError, match=r"comes from none .*; write \.nii\.gz"):
        mask.save(tmp_path / "mask.dcm")


def test_a_series_that_changed_meanwhile_is_an_error(tmp_path) -> None:
    folder = write_series(tmp_path / "series")
    scan = lungseg.read(folder)
    mask = lungseg.LungMask(labels_for(scan), scan.affine, scan.source)
    (folder / "001.dcm").unlink()
    with pytest.raises(lungseg.InputError, match="not lie in the grid of this series"):
        mask.save(tmp_path / "mask.dcm")
    write_series(folder, "upside down")
    with pytest.raises(lungseg.InputError, match="not lie in the grid of this series"):
        mask.save(tmp_path / "mask.dcm")


def test_without_highdicom_the_error_names_the_extra(tmp_path, chest, monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"lungseg\[dicom-seg\]"):
        chest[1].save(tmp_path / "mask.dcm")
