"""Workers that do not see what the client sees."""

from __future__ import annotations

import socket

import pytest

from lungseg import InputError
from lungseg.cluster.place import check_place


def test_the_error_names_the_file_and_the_machine(tmp_path) -> None:
    marker = tmp_path / "results.jsonl"
    scan = tmp_path / "scan.nii.gz"
    with pytest.raises(InputError, match=f"{socket.gethostname()} does not see this folder"):
        check_place(str(scan), str(marker))
    marker.touch()
    with pytest.raises(InputError, match=r"scan\.nii\.gz: it is not there for the worker on"):
        check_place(str(scan), str(marker))
    scan.touch()
    check_place(str(scan), str(marker))
