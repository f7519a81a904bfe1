"""Labels and patients as they come: lists, arrays, columns of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

#: What pandas and NumPy call a cell that holds nothing.
_NOTHING = ("nan", "<NA>", "NaT", "None")


def as_labels(y: Iterable[Any]) -> NDArray[Any]:
    """Take the label of each scan by its place, whatever index a table gives it.

    Parameters
    ----------
    y : sequence, array or column of a table

    Returns
    -------
    array of shape (scans,)

    Raises
    ------
    ValueError
        If a label is missing, or there is more than one for a scan.

    Examples
    --------
    >>> as_labels(["ill", "well"]).tolist()
    ['ill', 'well']
    >>> as_labels(["ill", float("nan")])
    Traceback (most recent call last):
    ValueError: y holds no label at place 1: leave these scans out
    """
    labels = list(y)
    _check_complete(labels, "y holds no label", "leave these scans out")
    found = np.asarray(labels)
    if found.ndim != 1:
        raise ValueError(f"y must be one label for each scan, got an array of shape {found.shape}")
    return found


@overload
def as_groups(groups: Iterable[Any]) -> list[Any]: ...


@overload
def as_groups(groups: Iterable[Any] | None) -> list[Any] | None: ...


def as_groups(groups: Iterable[Any] | None) -> list[Any] | None:
    """Take the patient of each scan by its place, whatever index a table gives it.

    Parameters
    ----------
    groups : sequence, array or column of a table, or None

    Returns
    -------
    list or None
        None where no patients are given.

    Raises
    ------
    ValueError
        If a patient is missing.

    Examples
    --------
    >>> as_groups(np.array([1, 1, 2]))
    [1, 1, 2]
    """
    if groups is None:
        return None
    owners = groups.tolist() if isinstance(groups, np.ndarray) else list(groups)
    mend = "give each scan whose patient is not known a name of its own"
    _check_complete(owners, "groups hold no patient", mend)
    return owners


def _check_complete(cells: Sequence[Any], what: str, mend: str) -> None:
    missing = [
        str(place)
        for place, cell in enumerate(cells)
        if not isinstance(cell, str) and str(cell) in _NOTHING
    ]
    if missing:
        places = f"place{'s' * (len(missing) > 1)} {', '.join(missing[:5])}"
        raise ValueError(f"{what} at {places}{', …' * (len(missing) > 5)}: {mend}")
