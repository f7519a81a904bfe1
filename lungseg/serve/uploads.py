"""Uploads: one private folder each, under names of our own."""

from __future__ import annotations

import re
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lungseg.errors import InputError
from lungseg.serve.archive import unpack
from lungseg.serve.claims import check_claims
from lungseg.serve.names import known_suffix, shown_name
from lungseg.serve.scratch import Scratch
from lungseg.serve.settings import Limits

#: Uploads to the page that wait to be used, and for how long: their senders may be gone.
_MOST_WAITING = 16
_LONGEST_WAIT = 600.0

_TOKEN = re.compile(r"[a-z0-9_]{4,64}")


@dataclass(frozen=True)
class Upload:
    """A file that a client sent.

    Parameters
    ----------
    folder : Path
        Its own, which holds nothing else.
    path : Path
        In it.
    name : str
        The client's, for messages alone.
    """

    folder: Path
    path: Path
    name: str

    def prepare(self, limits: Limits) -> Path:
        """Unpack a zip, and refuse what claims too much; return what the readers take.

        Raises
        ------
        lungseg.InputError
            Under the client's name.
        """
        path = self.path
        if path.suffix == ".zip" or (path.suffix == "" and _starts_like_a_zip(path)):
            path = unpack(path, self.folder / "files", limits, self.name)
        check_claims(path, limits, self.name)
        return path

    def discard(self) -> None:
        """Remove everything of it."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Uploads:
    """Keeps what clients send in private folders, until it is discarded.

    Parameters
    ----------
    scratch : Scratch
        Entered.

    Examples
    --------
    >>> from io import BytesIO
    >>> with Scratch() as scratch:
    ...     upload = Uploads(scratch).keep(BytesIO(b"voxels"), "../../patient.nii.gz")
    >>> upload.name, upload.path.name
    ('patient.nii.gz', 'scan.nii.gz')
    """

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        self._waiting: dict[str, tuple[Upload, float]] = {}
        self._lock = threading.Lock()

    def keep(self, file: IO[bytes], name: str | None) -> Upload:
        """Copy a file to a folder of its own.

        Parameters
        ----------
        file : binary file
        name : str or None
            The client's; only a known suffix of it is used.

        Returns
        -------
        Upload
        """
        folder = self.scratch.make()
        upload = Upload(folder, folder / f"scan{known_suffix(name)}", shown_name(name))
        try:
            with upload.path.open("xb") as target:
                shutil.copyfileobj(file, target, 1 << 20)
        except BaseException:
            upload.discard()
            raise
        return upload

    def put_aside(self, upload: Upload) -> str:
        """Keep an upload for a later request, which names it by the token returned.

        The oldest is discarded where too many wait, and whatever has waited too long.
        """
        with self._lock:
            self._waiting[upload.folder.name] = (upload, time.monotonic())
            surplus = len(self._waiting) - _MOST_WAITING
            gone = [token for place, token in enumerate(self._waiting) if place < surplus]
            dropped = [self._waiting.pop(token)[0] for token in gone]
        for old in dropped:
            old.discard()
        return upload.folder.name

    def take(self, token: str) -> Upload:
        """Take what was put aside; it is the taker's to discard.

        Raises
        ------
        lungseg.InputError
            If nothing waits under this token.
        """
        with self._lock:
            found = self._waiting.pop(token, None) if _TOKEN.fullmatch(token) else None
        if found is None:
            raise InputError("upload", "it is no longer here", "give the file again")
        return found[0]

    def drop_forgotten(self, now: float | None = None) -> int:
        """Discard what has waited too long; return how many those were."""
        now = time.monotonic() if now is None else now
        with self._lock:
            old = [key for key, (_, since) in self._waiting.items() if now - since > _LONGEST_WAIT]
            dropped = [self._waiting.pop(token)[0] for token in old]
        for upload in dropped:
            upload.discard()
        return len(dropped)


def _starts_like_a_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
