"""Name → folder of weights."""

from __future__ import annotations

from pathlib import Path

from lungseg.errors import InputError

_HERE = Path(__file__).parent

#: What ``from_pretrained()`` takes without a name.
_DEFAULTS = {
    "masker": "lungs",
    "classifier": "covid-ct",
    "infection": "infection",
    "pipeline": "covid-ct",
}


def names() -> list[str]:
    """Names of the weights that are installed.

    Examples
    --------
    >>> "lungs" in names()
    True
    """
    return sorted(path.parent.name for path in _HERE.glob("*/config.json"))


def default(kind: str) -> str:
    """Name of the default weights of a kind: "masker", "classifier", "infection" or "pipeline".

    Examples
    --------
    >>> default("masker")
    'lungs'
    """
    return _DEFAULTS[kind]


def folder_of(name: str | Path) -> Path:
    """Folder of shipped weights, or of an artefact of the user's own.

    Parameters
    ----------
    name : str or Path
        One of `names`, or the path of a folder that ``save`` wrote.

    Returns
    -------
    Path

    Raises
    ------
    lungseg.InputError
        If it is neither.

    Examples
    --------
    >>> folder_of("lungs").name
    'lungs'
    """
    if str(name) in names():
        return _HERE / str(name)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    raise InputError(
        str(name),
        "no weights have this name, and no folder has this path",
        f"take one of {', '.join(names())}, or a folder that save() wrote",
    )
