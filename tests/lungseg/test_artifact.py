from __future__ import annotations

import json

import numpy as np
import pytest

from lungseg import InputError
from lungseg.artifact import (
    add_files,
    load_weights,
    read_artifact,
    verify_artifact,
    write_artifact,
)
from lungseg.networks import build


@pytest.fixture(scope="module")
def network():
    return build("bcdunet-d1", (32, 32, 1), filters=2)


@pytest.fixture
def folder(network, tmp_path):
    return write_artifact(tmp_path / "a", config={"kind": "test"}, models={"net": network})


def test_weights_come_back_bit_for_bit(network, folder) -> None:
    other = build("bcdunet-d1", (32, 32, 1), filters=2)
    load_weights(other, folder, "net")
    for a, b in zip(network.get_weights(), other.get_weights(), strict=True):
        assert np.array_equal(a, b)


def test_half_precision_shrinks_the_file(tmp_path) -> None:
    network = build("bcdunet-d1", (32, 32, 1), filters=8)
    sizes = [
        (
            write_artifact(tmp_path / p, config={}, models={"net": network}, precision=p)
            / "net.weights.h5"
        )
        .stat()
        .st_size
        for p in ("single", "half")
    ]
    assert sizes[1] < 0.7 * sizes[0]


@pytest.mark.parametrize("name", ["net.weights.h5", "config.json"])
@pytest.mark.parametrize("damage", ["change", "remove"])
def test_a_changed_or_missing_file_is_refused(folder, name, damage) -> None:
    path = folder / name
    if damage == "change":
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        path.unlink()
    with pytest.raises(InputError, match=r"SHA-256|no artefact"):
        read_artifact(folder)


def test_another_format_is_refused(folder) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "format": 99}))
    with pytest.raises(InputError):
        read_artifact(folder)


def test_a_folder_of_something_else_is_never_replaced(network, tmp_path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine")
    with pytest.raises(InputError, match="no artefact"):
        write_artifact(tmp_path / "thesis", config={}, models={"net": network})
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "mine"


def test_a_failed_write_keeps_the_old_artefact(network, folder) -> None:
    class Broken:
        def save_weights(self, path) -> None:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_artifact(folder, config={}, models={"net": Broken()})
    verify_artifact(folder)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_weights_of_another_network_are_refused(folder) -> None:
    with pytest.raises(InputError, match="do not fit"):
        load_weights(build("bcdunet-d3", (32, 32, 1), filters=2), folder, "net")


def test_files_are_added_and_summed_and_nothing_is_left_beside(folder) -> None:
    before = {path.name for path in folder.iterdir()}
    add_files(folder, {"more.bin": b"more", "card.md": "5 × 5"})
    add_files(folder, {"more.bin": b"other"})
    verify_artifact(folder)
    assert {path.name for path in folder.iterdir()} == before | {"more.bin", "card.md"}
    assert (folder / "card.md").read_text("utf-8") == "5 × 5"
    (folder / "more.bin").write_bytes(b"changed")
    with pytest.raises(InputError, match="SHA-256"):
        add_files(folder, {"another.bin": b""})
