"""Manifests: which file has which label, mask, patient and split."""

from __future__ import annotations

import csv
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lungseg.errors import InputError

_SPLITS = {
    "train": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}

#: Neighbouring pictures without a patient that are taken for one.
_BLOCK = 5


@dataclass(frozen=True)
class Row:
    """One line of a manifest."""

    file: Path
    patient: str
    label: str = ""
    mask: Path | None = None
    split: str = ""
    label_source: str = ""


@dataclass(frozen=True)
class Manifest:
    """The rows of a CSV ``file,label,patient,split`` (and ``mask`` for the masker).

    Parameters
    ----------
    path : Path
    rows : tuple of Row
    """

    path: Path
    rows: tuple[Row, ...]

    @property
    def files(self) -> list[Path]:
        """Files, in the order of the rows."""
        return [row.file for row in self.rows]

    @property
    def labels(self) -> list[str]:
        """Labels, in the order of the rows."""
        return [row.label for row in self.rows]

    @property
    def patients(self) -> list[str]:
        """Patients, in the order of the rows."""
        return [row.patient for row in self.rows]

    @property
    def masks(self) -> list[Path | None]:
        """Masks, in the order of the rows."""
        return [row.mask for row in self.rows]

    def split(self, name: str) -> Manifest:
        """Return the rows of one split: "train", "val" or "test"."""
        return Manifest(self.path, tuple(row for row in self.rows if row.split == name))

    def take(self, indices: Iterable[int]) -> Manifest:
        """Return some of the rows."""
        return Manifest(self.path, tuple(self.rows[i] for i in indices))

    def joined(self, other: Manifest) -> Manifest:
        """Return the rows of both."""
        return Manifest(self.path, (*self.rows, *other.rows))

    def thinned(self, every: int) -> Manifest:
        """Return the rows without a patient, and of the others every so-manieth.

        Neighbouring slices of a volume are alike; a row without a patient stands for
        itself.
        """
        single = [row for row in self.rows if not row.patient]
        others = [row for row in self.rows if row.patient]
        return Manifest(self.path, (*single, *others[::every]))

    def grouped(self, block: int) -> Manifest:
        """Take neighbours without a patient for one: so many, in the order of their names."""
        single = sorted(
            (row for row in self.rows if not row.patient), key=lambda r: _natural(r.file)
        )
        place = {row.file: number // block for number, row in enumerate(single)}
        return Manifest(
            self.path,
            tuple(
                row if row.patient else replace(row, patient=f"block {place[row.file]}")
                for row in self.rows
            ),
        )

    def without(self, names: Iterable[str]) -> Manifest:
        """Return the rows whose files have none of these names."""
        left_out = set(names)
        return Manifest(self.path, tuple(r for r in self.rows if r.file.name not in left_out))

    def __len__(self) -> int:
        return len(self.rows)


def read_manifest(
    path: str | Path,
    *,
    need: Sequence[str] = ("label",),
    label: str = "label",
    patient: str = "patient",
) -> Manifest:
    r"""Read a manifest and check it, before anything is trained.

    Parameters
    ----------
    path : str or Path
        A CSV with commas, semicolons or tabs; files are relative to its folder. Other
        columns are left alone.
    need : sequence of str
        Columns that must be there and filled, beside ``file`` and ``patient``.
    label : str
        Name of the column that holds the label.
    patient : str
        Name of the column that keeps samples together; only "patient" must be filled.

    Returns
    -------
    Manifest

    Raises
    ------
    lungseg.InputError
        If it cannot be read, a column, a value or a file is missing, a file stands in it
        twice, or a patient is in two splits.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.png").write_text("")
    >>> _ = (folder / "m.csv").write_text("file,label,patient\na.png,ill,p1\n")
    >>> read_manifest(folder / "m.csv").labels
    ['ill']
    """
    path = Path(path).expanduser()
    records = _records(path)
    wanted = [label if column == "label" else column for column in need]
    _check_columns(path, records[0][1], ("file", patient, *wanted))
    filled = ("file", *need, *(["patient"] if patient == "patient" else []))
    rows = [
        _row(
            path,
            number,
            {**record, "patient": record[patient], "label": record.get(label, "")},
            filled,
        )
        for number, record in records
    ]
    manifest = Manifest(path, tuple(rows))
    _check_files(manifest)
    _check_repeats(manifest)
    _check_splits(manifest)
    return manifest


def read_masked_manifest(path: Path, every: int = 1) -> Manifest:
    """Read a manifest with masks, in which the patient may be a case, or missing.

    Parameters
    ----------
    path : Path
    every : int
        Take every so-manieth scan of those with a patient.

    Returns
    -------
    Manifest
        Neighbours without a patient are taken for one patient.
    """
    patient = "patient" if "patient" in column_names(path) else "case"
    return read_manifest(path, need=("mask",), patient=patient).thinned(every).grouped(_BLOCK)


def column_names(path: Path) -> list[str]:
    """Columns of a manifest.

    Raises
    ------
    lungseg.InputError
        If it cannot be read, or has no rows.
    """
    return list(_records(path)[0][1])


def read_files(path: str | Path) -> list[Path]:
    r"""Read the files of a manifest, where no more of it is needed.

    Parameters
    ----------
    path : str or Path
        As for `read_manifest`; only the column ``file`` must be there. Whether the files
        are is found out when they are read.

    Returns
    -------
    list of Path
        Each once.

    Raises
    ------
    lungseg.InputError
        If it cannot be read, or the column or a value in it is missing.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "m.csv"
    >>> _ = path.write_text("file,note\na.png,x\nb.png,y\n")
    >>> [file.name for file in read_files(path)]
    ['a.png', 'b.png']
    """
    path = Path(path).expanduser()
    records = _records(path)
    _check_columns(path, records[0][1], ("file",))
    for number, record in records:
        if not record["file"].strip():
            raise InputError(f"{path}, line {number}", "file is blank", "fill it in")
    return list(dict.fromkeys(path.parent / record["file"].strip() for _, record in records))


def read_names(path: Path) -> list[str]:
    r"""Read a list of file names, one a line; what follows a # is a remark.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of str

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "names.txt"
    >>> _ = path.write_text("# seen by eye\na.png\nb.png  # blurred\n")
    >>> read_names(path)
    ['a.png', 'b.png']
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), "the list cannot be read", "check the path") from error
    return [name for line in lines if (name := line.split("#")[0].strip())]


def _records(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Read the rows, each with its line in the file."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text("cp1252", errors="replace")
    except OSError as error:
        raise InputError(str(path), "the manifest cannot be read", "check the path") from error
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    reader = csv.DictReader(text.splitlines(), delimiter=separator)
    try:
        records = [(reader.line_num, _clean(row)) for row in reader]
    except csv.Error as error:
        where = f"{path}, line {reader.line_num}"
        raise InputError(where, f"not a CSV ({error})", "save it as plain CSV") from None
    if not records:
        raise InputError(str(path), "the manifest has no rows", "give file,label,patient,split")
    return records


def _clean(row: dict[str | None, str | list[str] | None]) -> dict[str, str]:
    """Drop what has no column; a missing value is blank."""
    return {(k or "").strip(): v or "" for k, v in row.items() if not isinstance(v, list)}


def _check_columns(path: Path, record: dict[str, str], need: Sequence[str]) -> None:
    missing = [column for column in need if column not in record]
    if not missing:
        return
    mend = f"its columns are {', '.join(record)}; add the missing one"
    if "patient" in missing:
        mend += " (patients are needed so that no one is on two sides of a split)"
    raise InputError(str(path), f"the column {', '.join(missing)} is missing", mend)


def _row(path: Path, number: int, record: dict[str, str], filled: Sequence[str]) -> Row:
    values = {name: value.strip() for name, value in record.items()}
    for column in filled:
        if not values[column]:
            raise InputError(f"{path}, line {number}", f"{column} is blank", "fill it in")
    split = values.get("split", "").lower()
    if split and split not in _SPLITS:
        raise InputError(
            f"{path}, line {number}", f"the split is {split!r}", "use train, val or test"
        )
    mask = values.get("mask", "")
    return Row(
        file=path.parent / values["file"],
        patient=values["patient"],
        label=values.get("label", ""),
        mask=path.parent / mask if mask else None,
        split=_SPLITS.get(split, ""),
        label_source=values.get("label_source", "").lower(),
    )


def _check_files(manifest: Manifest) -> None:
    files = [*manifest.files, *(mask for mask in manifest.masks if mask is not None)]
    missing = [file for file in files if not os.path.exists(file)]
    if missing:
        shown = ", ".join(str(file) for file in missing[:3])
        raise InputError(
            str(manifest.path),
            f"{len(missing)} of its files do not exist, the first: {shown}",
            "paths are relative to the manifest's folder",
        )


def _check_repeats(manifest: Manifest) -> None:
    seen: set[Path] = set()
    for row in manifest.rows:
        # One file may be spelled in two ways.
        file = Path(os.path.normpath(row.file))
        if file in seen:
            raise InputError(str(manifest.path), f"{row.file} stands in it twice", "remove one row")
        seen.add(file)


def _check_splits(manifest: Manifest) -> None:
    splits = defaultdict(set)
    for row in manifest.rows:
        if row.split:
            splits[row.patient].add(row.split)
    torn = sorted(patient for patient, names in splits.items() if len(names) > 1)
    if torn:
        raise InputError(
            str(manifest.path),
            f"{len(torn)} patients are in more than one split: {', '.join(torn[:3])}",
            "put each patient in one split",
        )


def _natural(path: Path) -> list[tuple[bool, int, str]]:
    """Sort key by which 10 comes after 9."""
    parts = re.split(r"(\d+)", path.name)
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
