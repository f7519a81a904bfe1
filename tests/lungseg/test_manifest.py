from __future__ import annotations

import pytest

from lungseg.errors import InputError
from lungseg.manifest import read_files, read_manifest

HEAD = "file,label,patient,split\n"


@pytest.fixture
def write(tmp_path):
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / name).write_text("x")

    def _write(text: str | bytes):
        path = tmp_path / "m.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return _write


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_good_manifest(write, separator) -> None:
    text = HEAD + "a.png,ill,p1,train\nb.png,well,p2,valid\nc.png,ill,p3,Test\n"
    manifest = read_manifest(write("\ufeff" + text.replace(",", separator)))
    assert manifest.labels == ["ill", "well", "ill"]
    assert [len(manifest.split(name)) for name in ("train", "val", "test")] == [1, 1, 1]
    assert manifest.take([2]).patients == ["p3"]


def test_other_columns_may_hold_label_and_patient(write) -> None:
    path = write("file,class,case\na.png,ill,\n")
    rows = read_manifest(path, label="class", patient="case").rows
    assert (rows[0].label, rows[0].patient) == ("ill", "")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["no rows"]),
        (HEAD, ["no rows"]),
        ("file,label\na.png,ill\n", ["patient", "is missing", "file, label", "sides"]),
        ("file,patient\na.png,p1\n", ["label", "is missing"]),
        (HEAD + "a.png,,p1,train\n", ["line 2", "label is blank"]),
        (HEAD + "a.png,ill,,train\n", ["line 2", "patient is blank"]),
        (HEAD + "a.png,ill,p1,training\n", ["line 2", "'training'", "train, val or test"]),
        (HEAD + "z.png,ill,p1,train\n", ["do not exist", "z.png", "relative"]),
        (HEAD + "a.png,ill,p1,\na.png,ill,p1,\n", ["twice"]),
        (HEAD + "a.png,ill,p1,train\nb.png,ill,p1,test\n", ["more than one split", "p1"]),
    ],
)
def test_a_bad_manifest_is_one_clear_error(write, text, parts) -> None:
    with pytest.raises(InputError) as caught:
        read_manifest(write(text))
    for part in ["m.csv", *parts]:
        assert part in str(caught.value)


def test_masks_are_checked_where_they_are_needed(write) -> None:
    with pytest.raises(InputError, match="do not exist"):
        read_manifest(write("file,mask,patient\na.png,m.png,p1\n"), need=("mask",))
    with pytest.raises(InputError, match="cannot be read"):
        read_manifest("no-such.csv")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (HEAD + "a.png,ill,p1,\n\nb.png,,p2,\n", ["line 4", "label is blank"]),
        (HEAD + "a.png,ill,p1,\nsub/../a.png,ill,p1,\n", ["twice"]),
        (HEAD + "a" * 5000 + ",ill,p1,\n", ["do not exist"]),
        (HEAD + "a" * 200_000 + ",ill,p1,\n", ["not a CSV", "field limit"]),
    ],
)
def test_odd_rows_are_named_too(write, tmp_path, text, parts) -> None:
    (tmp_path / "sub").mkdir()
    with pytest.raises(InputError) as caught:
        read_manifest(write(text))
    for part in ["m.csv", *parts]:
        assert part in str(caught.value)


def test_values_beyond_the_last_column_are_left_alone(write) -> None:
    assert read_manifest(write(HEAD + "a.png,ill,p1,train,x,y\n")).labels == ["ill"]


def test_a_name_in_windows_encoding(write, tmp_path) -> None:
    (tmp_path / "é.png").write_text("x")
    text = (HEAD + "é.png,ill,p1,\n").encode("cp1252")
    assert read_manifest(write(text)).files == [tmp_path / "é.png"]


def test_files_alone_need_no_other_column(tmp_path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("note;file\nx;a.png\ny;b.png\nz;a.png\n")
    assert read_files(path) == [tmp_path / "a.png", tmp_path / "b.png"]
    path.write_text("file,note\na.png,x\n ,y\n")
    with pytest.raises(InputError, match="line 3: file is blank"):
        read_files(path)
    path.write_text("path\na.png\n")
    with pytest.raises(InputError, match="the column file is missing"):
        read_files(path)
