"""Bad uploads: one clear answer under the client's own name, and nothing left of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.lungseg.serve.files import HOSTILE, zipped
from tests.lungseg.serve.running import serving
from tests.lungseg.test_bad_input import REFUSED

#: These are no files: arrays and objects cannot be sent, nor can a path that is not there.
NO_FILES = {
    "empty path", "directory named x.png", "HU wrapped to int8", "path that is not there",
    "path with a NUL", "a single row", "all NaN", "mostly NaN", "5-D NIfTI", "4-D array",
    "1-D array", "no values", "complex numbers", "true and false", "strings", "objects", "None",
    "a dict", "rows of different lengths",
}  # fmt: skip
FILES = sorted(REFUSED.keys() - NO_FILES)

#: Whatever a client calls its file, it is shown as its last part and used for nothing.
NAMES = ["../../../etc/cron.d/{}", "C:\\x\\{}", "/root/{}", "a\u202eb{}", "{}"]


@pytest.fixture(scope="module")
def server(pipeline, tmp_path_factory):
    with serving(pipeline, tmp_path_factory.mktemp("scratch")) as running:
        yield running


@pytest.fixture(scope="module")
def hu(chest) -> np.ndarray:
    return np.ascontiguousarray(chest[0].axial()[6])


def test_there_are_fifty() -> None:
    assert len(FILES) + len(HOSTILE) + len(NAMES) >= 50


def check(server, answer, name: str, cause: str = "") -> None:
    assert answer.status_code == 422, answer.text
    found = answer.json()
    assert found["input"] == name
    assert found["error"] == f"{name}: {found['cause']}; {found['mend']}"
    assert cause in found["cause"]
    assert "\n" not in found["error"]
    for word in ("Traceback", "lungseg-serve-", str(server.folder), "/tmp", 'File "'):
        assert word not in json.dumps(found["error"].replace(name, "")), found
    assert server.left() == []


@pytest.mark.parametrize("case", FILES)
def test_a_bad_file(server, tmp_path, hu, case) -> None:
    made = Path(REFUSED[case](tmp_path, hu))
    if made.is_dir():
        files = {str(p.relative_to(made)): p.read_bytes() for p in made.rglob("*") if p.is_file()}
        check(server, server.post("/v1/predict", zipped(files), "series.zip"), "series.zip")
    else:
        answer = server.post("/v1/predict", made.read_bytes(), made.name)
        check(server, answer, made.name)


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_zip(server, case) -> None:
    make, cause = HOSTILE[case]
    # Named and unnamed alike: a zip is known by how it begins, too.
    for name in ("series.zip", "series"):
        check(server, server.post("/v1/mask", make(), name), name, cause)
    assert not Path("/tmp/evil.dcm").exists()


@pytest.mark.parametrize("form", NAMES)
def test_a_hostile_name(server, form) -> None:
    name = form.format("scan.nii.gz")
    answer = server.post("/v1/predict", b"dear colleague", name)
    shown = "abscan.nii.gz" if "\u202e" in form else "scan.nii.gz"
    check(server, answer, shown)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"no form at all", "application/json", 422),
        (b"no form at all", "multipart/form-data; boundary=x", 400),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 422),
        (b"", "multipart/form-data; boundary=x", 422),
        (b"file=a", "application/x-www-form-urlencoded", 422),
        (b"--x\r\n", "multipart/form-data", 400),
    ],
)
def test_what_is_no_upload(server, body, kind, status) -> None:
    answer = server.client.post("/v1/predict", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"input", "error", "cause", "mend"}
    assert server.left() == []
