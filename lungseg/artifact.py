"""What was trained, as one folder: configuration, weights, card, and their SHA-256.

Nothing in it is ever unpickled: JSON, HDF5 and Markdown only.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import h5py
import numpy as np
from numpy.typing import NDArray

from lungseg.errors import InputError
from lungseg.io.atomic import atomic_path

FORMAT = 1
_SUMS = "SHA256SUMS"

#: HDF5 1.10 and later; its files of hundreds of small arrays are a megabyte smaller.
_COMPACT = ("v110", "v110")

Precision = Literal["single", "half"]


def write_artifact(
    folder: str | Path,
    *,
    config: Mapping[str, Any],
    models: Mapping[str, Any],
    files: Mapping[str, bytes] | None = None,
    documents: Mapping[str, str] | None = None,
    precision: Precision = "single",
) -> Path:
    """Write an artefact; the folder appears whole or not at all.

    Parameters
    ----------
    folder : str or Path
        New, or an artefact that is to be replaced.
    config : mapping
        What ``config.json`` holds, apart from the format and the versions.
    models : mapping of str to keras.Model
        Their weights go to ``<name>.weights.h5``.
    files : mapping of str to bytes, optional
        Other binary files by name: an export.
    documents : mapping of str to str, optional
        Other text files by name: the card, metrics.
    precision : {"single", "half"}
        Storage of the weights. Half precision rounds to 11 bits and takes about a third
        less; arrays with a value too large for it stay single.

    Returns
    -------
    Path

    Raises
    ------
    lungseg.InputError
        If the folder exists and is something else.
    """
    folder = Path(folder)
    if folder.exists() and not (folder / "config.json").is_file() and any(folder.iterdir()):
        raise InputError(
            str(folder), "the folder exists and is no artefact of lungseg", "choose another folder"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".lungseg-", dir=folder.parent))
    try:
        for name, content in (files or {}).items():
            (fresh / name).write_bytes(content)
        _fill(fresh, config, models, documents or {}, precision)
        _put_in_place(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def add_files(folder: Path, files: Mapping[str, bytes | str]) -> None:
    """Put more files into an artefact, in place of what has their names.

    The sums are written last: an artefact whose file is newer than its sums says so when it is
    read.

    Parameters
    ----------
    folder : Path
        An artefact.
    files : mapping of str to bytes or str
        By name; text is stored as UTF-8.

    Raises
    ------
    lungseg.InputError
        If the folder is no artefact, or a file is missing or was changed.
    """
    read_artifact(folder)
    for name, content in files.items():
        with atomic_path(folder / name) as temporary:
            temporary.write_bytes(content if isinstance(content, bytes) else content.encode())
    with atomic_path(folder / _SUMS) as temporary:
        temporary.write_text(_sums_text(folder), "utf-8")


def read_artifact(folder: str | Path) -> dict[str, Any]:
    """Check every file of an artefact against its SHA-256 and return its configuration.

    Parameters
    ----------
    folder : str or Path

    Returns
    -------
    dict

    Raises
    ------
    lungseg.InputError
        If the folder is no artefact, or a file is missing or was changed.
    """
    folder = Path(folder)
    if not (folder / "config.json").is_file() or not (folder / _SUMS).is_file():
        raise InputError(
            str(folder),
            "there is no artefact of lungseg here (config.json and SHA256SUMS)",
            "give a folder that save() wrote, or one of the names of `lungseg weights list`",
        )
    verify_artifact(folder)
    config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    if config.get("format") != FORMAT:
        raise InputError(
            str(folder),
            f"the artefact has format {config.get('format')}, this version reads {FORMAT}",
            "install the version of lungseg named in its config.json",
        )
    return config


def verify_artifact(folder: Path) -> None:
    """Check every file that SHA256SUMS names.

    Raises
    ------
    lungseg.InputError
        If one is missing or was changed.
    """
    for line in (folder / _SUMS).read_text("utf-8").splitlines():
        expected, name = line.split("  ", 1)
        path = folder / name
        if not path.is_file() or _sha256(path) != expected:
            raise InputError(
                str(path),
                "the file is missing or differs from its SHA-256: it is not what was saved",
                "copy or install the whole folder again",
            )


def sums_of(folder: Path) -> str:
    """Say what an artefact holds, to the bit: its SHA-256 sums, empty where there is none."""
    try:
        return (folder / _SUMS).read_text("utf-8")
    except OSError:
        return ""


def load_weights(model: Any, folder: Path, name: str) -> None:
    """Load ``<name>.weights.h5`` of an artefact into a network of the same shape."""
    path = folder / f"{name}.weights.h5"
    try:
        with warnings.catch_warnings():
            # Keras warns of each layer before it raises.
            warnings.simplefilter("ignore")
            model.load_weights(str(path))
    except (ValueError, KeyError, OSError) as error:
        raise InputError(
            str(path),
            "the weights do not fit the network that config.json describes",
            "save the artefact again with this version of lungseg",
        ) from error


def versions() -> dict[str, str]:
    """Versions that an artefact records."""
    from importlib.metadata import version

    return {name: version(name) for name in ("lungseg", "keras", "numpy")}


def _fill(
    folder: Path,
    config: Mapping[str, Any],
    models: Mapping[str, Any],
    documents: Mapping[str, str],
    precision: Precision,
) -> None:
    whole = {"format": FORMAT, "versions": versions(), **config}
    texts = {"config.json": json.dumps(whole, indent=2, ensure_ascii=False) + "\n", **documents}
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    for name, model in models.items():
        _save_weights(model, folder / f"{name}.weights.h5", precision)
    (folder / _SUMS).write_text(_sums_text(folder), "utf-8")
    folder.chmod(0o755)


def _sums_text(folder: Path) -> str:
    """List the sums of all files but their own, and of none that is hidden: it is half written."""
    files = sorted(folder.iterdir())
    named = [path for path in files if path.name != _SUMS and not path.name.startswith(".")]
    return "".join(f"{_sha256(path)}  {path.name}\n" for path in named)


def _save_weights(model: Any, path: Path, precision: Precision) -> None:
    """Write Keras's own weights file, without the optimizer, compressed."""
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        whole = Path(scratch) / "whole.weights.h5"
        model.save_weights(str(whole))
        with h5py.File(whole) as source, h5py.File(path, "w", libver=_COMPACT) as target:

            def copy(name: str, item: Any) -> None:
                if name.split("/")[0] == "optimizer":
                    return
                if isinstance(item, h5py.Dataset):
                    values = item[()]
                    cast = store_as(values, precision)
                    pack = {"compression": "gzip", "shuffle": True} if cast.ndim else {}
                    copied = target.create_dataset(name, data=cast, track_times=False, **pack)
                else:
                    copied = target.require_group(name)
                for key, value in item.attrs.items():
                    copied.attrs[key] = value

            source.visititems(copy)


def store_as(values: NDArray[Any], precision: Precision) -> NDArray[Any]:
    """Round to a precision of storage, where every value fits into it.

    The variance that a batch norm keeps may pass 65,504, the largest of half precision.

    Examples
    --------
    >>> store_as(np.ones(2, np.float32), "half").dtype, store_as(np.float32([1e5]), "half").dtype
    (dtype('float16'), dtype('float32'))
    """
    kind = np.float16 if precision == "half" else np.float32
    if values.dtype != np.float32:
        return values
    with np.errstate(over="ignore"):
        cast = values.astype(kind)
    return cast if np.isfinite(cast).all() else values


def _put_in_place(fresh: Path, folder: Path) -> None:
    if not folder.exists():
        os.replace(fresh, folder)
        return
    # A folder cannot replace a full one: the old one steps aside first.
    aside = Path(tempfile.mkdtemp(prefix=".lungseg-old-", dir=folder.parent)) / folder.name
    os.replace(folder, aside)
    try:
        os.replace(fresh, folder)
    except OSError:
        os.replace(aside, folder)
        raise
    finally:
        shutil.rmtree(aside.parent, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
