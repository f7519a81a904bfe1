"""Names that clients give: shown to them, and never used on the file system."""

from __future__ import annotations

import re

from lungseg.io import pictures, volumes
from lungseg.io.dicom.files import SUFFIXES as DICOM

#: Suffixes by which readers choose a format; the longer of two that fit counts.
_KNOWN = sorted({*volumes.SUFFIXES, *pictures.SUFFIXES, *DICOM, ".npy", ".zip"}, key=len)[::-1]

_LONGEST = 120


def shown_name(name: str | None) -> str:
    r"""Make a name fit to be shown: its last part, on one line, and not too long.

    Parameters
    ----------
    name : str or None
        As a client gave it.

    Examples
    --------
    >>> shown_name("C:\\patients\\a.dcm"), shown_name("../../etc/passwd"), shown_name(None)
    ('a.dcm', 'passwd', 'upload')
    """
    last = re.split(r"[/\\]", name or "")[-1]
    printable = "".join(sign for sign in last if sign.isprintable()).strip()
    return printable[-_LONGEST:] or "upload"


def known_suffix(name: str | None) -> str:
    """Suffix of a name, as the readers know it; "" for every other.

    Examples
    --------
    >>> known_suffix("a.NII.gz"), known_suffix("b.sh"), known_suffix("IM0001")
    ('.nii.gz', '', '')
    """
    lower = (name or "").lower()
    return next((suffix for suffix in _KNOWN if lower.endswith(suffix)), "")
