"""Results as a table that a spreadsheet opens."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lungseg.io.atomic import atomic_path


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Path:
    r"""Write rows as CSV, one after the other.

    Parameters
    ----------
    path : Path
    columns : sequence of str
    rows : iterable of mapping
        What a row lacks is left blank; a list is joined by "; ".

    Returns
    -------
    Path

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "t.csv"
    >>> _ = write_table(path, ["file", "notes"], [{"file": "a.png", "notes": ["x", "y"]}])
    >>> path.read_text().splitlines()
    ['file,notes', 'a.png,x; y']
    """
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _plain(value) for name, value in row.items()})
    return path


def _plain(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
