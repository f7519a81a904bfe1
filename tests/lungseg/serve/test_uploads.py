from __future__ import annotations

import stat
import time
from io import BytesIO

import pytest

import lungseg
from lungseg.serve.results import Results
from lungseg.serve.scratch import Scratch
from lungseg.serve.uploads import Uploads
from tests.lungseg.report.predictions import volume


@pytest.fixture
def uploads(tmp_path):
    with Scratch(tmp_path) as scratch:
        yield Uploads(scratch)


def test_each_upload_has_a_private_folder_and_no_name_of_its_clients(uploads) -> None:
    kept = [uploads.keep(BytesIO(b"x"), name) for name in ("../a.PNG", "../a.PNG", "evil.sh")]
    assert [upload.path.name for upload in kept] == ["scan.png", "scan.png", "scan"]
    assert len({upload.folder for upload in kept}) == 3
    for upload in kept:
        assert upload.folder.parent == uploads.scratch.folder
        assert stat.S_IMODE(upload.folder.stat().st_mode) == 0o700
        upload.discard()
        assert not upload.folder.exists()


def test_an_upload_that_breaks_off_leaves_nothing(uploads) -> None:
    class Breaks(BytesIO):
        def read(self, *_size):
            raise OSError("gone")

    before = set(uploads.scratch.folder.iterdir())
    with pytest.raises(OSError, match="gone"):
        uploads.keep(Breaks(b"x"), "a.png")
    assert set(uploads.scratch.folder.iterdir()) == before


def test_what_was_put_aside_is_taken_once(uploads) -> None:
    token = uploads.put_aside(uploads.keep(BytesIO(b"x"), "a.png"))
    assert uploads.take(token).name == "a.png"
    for unknown in (token, "", "../lock", "lock", "a" * 1000):
        with pytest.raises(lungseg.InputError, match="no longer here"):
            uploads.take(unknown)


def test_what_is_forgotten_is_removed(uploads) -> None:
    tokens = [uploads.put_aside(uploads.keep(BytesIO(b"x"), None)) for _ in range(20)]
    folder = uploads.scratch.folder
    # So many may wait; the oldest are gone.
    assert [token for token in tokens if (folder / token).exists()] == tokens[4:]
    assert uploads.drop_forgotten() == 0
    assert uploads.drop_forgotten(time.monotonic() + 601) == 16
    assert [path.name for path in folder.iterdir()] == ["lock"]


def test_results_are_bounded_and_do_not_stay_for_ever() -> None:
    found = volume()
    grids = (found.scan, found.mask, found.infection, found.heatmap)
    size = sum(grid.voxels.nbytes for grid in grids)
    results = Results(int(2.5 * size), 0.2)
    tokens = [results.put(found) for _ in range(3)]
    assert len(results) == 2
    assert len(set(tokens)) == 3
    assert results.get(tokens[2]) is found
    with pytest.raises(lungseg.InputError, match="no longer here"):
        results.get(tokens[0])
    time.sleep(0.25)
    results.drop_old()
    assert len(results) == 0
    # One that is larger than everything is shown all the same.
    alone = Results(1, 60)
    assert alone.get(alone.put(found)) is found
