from __future__ import annotations

import pytest

import lungseg
from lungseg.serve.archive import unpack
from lungseg.serve.settings import Limits
from tests.lungseg.serve.files import HOSTILE, series, zipped


def unpacked(folder, content: bytes, **limits):
    (folder / "a.zip").write_bytes(content)
    return unpack(folder / "a.zip", folder / "files", Limits(**limits), "a.zip")


#: These unpack: what is in them is the readers' business.
HARMLESS = {"nothing in it", "notes alone", "a zip in it"} | {
    "a header that reads a file of the server"
}


@pytest.mark.parametrize("case", sorted(HOSTILE.keys() - HARMLESS))
def test_a_hostile_zip_writes_nothing_elsewhere(tmp_path, case) -> None:
    make, cause = HOSTILE[case]
    (tmp_path / "inner").mkdir()
    with pytest.raises(lungseg.InputError, match=cause):
        unpacked(tmp_path / "inner", make())
    assert [path.name for path in tmp_path.iterdir()] == ["inner"]
    assert {path.name for path in (tmp_path / "inner").iterdir()} <= {"a.zip", "files"}
    # What had been written when the harm was seen: 200 times the zip, at most.
    written = (tmp_path / "inner" / "files").rglob("*")
    assert sum(path.stat().st_size for path in written if path.is_file()) <= 20 << 20


def test_a_series_gets_names_of_our_own(tmp_path) -> None:
    folder = unpacked(tmp_path, series(tmp_path))
    assert sorted(path.name for path in folder.iterdir()) == ["00000", "00001", "00002", "00003"]
    assert lungseg.read(folder).shape == (3, 96, 96)


def test_a_header_and_its_voxels_stay_together(tmp_path) -> None:
    files = {"x/a.hdr": b"h", "x/b.img": b"i", "x/a.IMG": b"j", "y/a.img.gz": b"k"}
    folder = unpacked(tmp_path, zipped(files))
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert found == {"00000.hdr": b"h", "00001.img": b"i", "00000.img": b"j", "00002.img.gz": b"k"}


def test_bytes_are_counted_over_all_files(tmp_path) -> None:
    import numpy as np

    noise = {f"{i}": np.random.default_rng(i).bytes(40_000) for i in range(3)}
    with pytest.raises(lungseg.InputError, match="far too much"):
        unpacked(tmp_path, zipped(noise), unpacked_bytes=100_000)
