"""Results on disk, appended as they come, so that nothing is done twice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, KeysView, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from lungseg.cluster.lock import lock
from lungseg.errors import InputError


class ResultLog:
    """Records as JSON lines, each on disk before the next one is taken.

    Of a process that was killed every whole line stays; half a line is cut off when the
    file is opened again. One process at a time may hold it.

    Parameters
    ----------
    path : str or Path
        Made if it is not there; its folder, too.
    settings : mapping, optional
        Stands in the first line. A file that was begun with others is refused, so that
        results of two kinds are never mixed.

    Raises
    ------
    lungseg.InputError
        If another process holds the file, its settings are others, or it is no such file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "results.jsonl"
    >>> with ResultLog(path) as log:
    ...     log.append({"key": "a", "value": 1, "error": None})
    ...     log.append({"key": "b", "value": None, "error": "b: the file is empty"})
    >>> with ResultLog(path) as log:
    ...     sorted(log.done), sorted(log.failed)
    (['a'], ['b'])
    """

    def __init__(self, path: str | Path, *, settings: Mapping[str, Any] | None = None) -> None:
        self.path = Path(path)
        self.settings = json.loads(json.dumps(settings or {}))
        self._done: dict[str, int] = {}
        self._failed: dict[str, int] = {}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._open()
        try:
            self._take_up()
        except BaseException:
            self._file.close()
            raise

    @property
    def done(self) -> KeysView[str]:
        """Keys that have a result."""
        return self._done.keys()

    @property
    def failed(self) -> KeysView[str]:
        """Keys that failed when they were last tried: a second call tries them again."""
        return self._failed.keys()

    def append(self, record: Mapping[str, Any]) -> None:
        """Write a record, and return when it is on the disk.

        Parameters
        ----------
        record : mapping
            With a ``key``, and an ``error`` that is None or missing where there is a result;
            the rest is whatever JSON can hold. See `Outcome.to_dict`.

        Raises
        ------
        ValueError
            If the key has a result already.
        """
        key = str(record["key"])
        if key in self._done:
            raise ValueError(f"there is a result of {key} in {self.path} already")
        self._note(record, self._write(record))

    def records(self) -> Iterator[dict[str, Any]]:
        """Read the records from the disk, of each key the one that holds, oldest first."""
        places = {**self._failed, **self._done}
        with self.path.open("rb") as file:
            for place in sorted(places.values()):
                file.seek(place)
                record: dict[str, Any] = json.loads(file.readline())
                yield record

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> ResultLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> BinaryIO:
        file = self.path.open("a+b")
        try:
            lock(file)
        except OSError:
            file.close()
            raise InputError(
                str(self.path),
                "another process is writing to it",
                "wait for that one, or choose another folder",
            ) from None
        return file

    def _take_up(self) -> None:
        """Read what is there, and cut off what was written by half."""
        self._file.seek(0)
        place = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                break
            self._take_line(number, line, place)
            place += len(line)
        self._file.truncate(place)
        if place == 0:
            self._write({"settings": self.settings})

    def _take_line(self, number: int, line: bytes, place: int) -> None:
        try:
            record = json.loads(line)
            if number == 1:
                self._check_settings(record["settings"])
            else:
                self._note(record, place)
        except (ValueError, TypeError, KeyError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"{self.path}, line {number}",
                "this is no record of results",
                "choose another folder, or remove the line",
            ) from None

    def _check_settings(self, settings: dict[str, Any]) -> None:
        names = sorted({*settings, *self.settings})
        other = [name for name in names if settings.get(name) != self.settings.get(name)]
        if other:
            shown = ", ".join(
                f"{name} {settings.get(name)!r}, not {self.settings.get(name)!r}" for name in other
            )
            raise InputError(
                str(self.path),
                f"it was begun with other settings ({shown})",
                "choose another folder, or the settings it was begun with",
            )

    def _note(self, record: Mapping[str, Any], place: int) -> None:
        key = str(record["key"])
        self._failed.pop(key, None)
        if record.get("error") is None:
            self._done[key] = place
        else:
            self._failed[key] = place

    def _write(self, record: Mapping[str, Any]) -> int:
        """Append one line; return where it begins."""
        place = self._file.seek(0, os.SEEK_END)
        self._file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        return place
