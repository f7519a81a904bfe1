"""What estimators take: lists of paths, folders, arrays and scans, mixed at will."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from pathlib import Path
from typing import Any

from lungseg.scan import Scan


def iterate_scans(X: Iterable[Any]) -> Iterator[Scan]:
    """Read one input after the other.

    Parameters
    ----------
    X : iterable of path, array or Scan

    Yields
    ------
    Scan

    Raises
    ------
    TypeError
        If ``X`` is one input and not a list of them.
    lungseg.InputError
        If one cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> noise = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    >>> [scan.shape for scan in iterate_scans([noise])]
    [(1, 64, 64)]
    """
    from lungseg.io.reader import as_scan

    check_is_list(X)
    for item in X:
        yield as_scan(item)


def check_is_list(X: Any) -> None:
    """Refuse a single input where a list of inputs is due."""
    if isinstance(X, (str, Path, Scan)) or not isinstance(X, Iterable):
        raise TypeError(f"give a list of inputs, for example [{X!r}], not one input")


def check_same_length(**lists: Any) -> None:
    """Refuse lists of different lengths, naming them.

    Examples
    --------
    >>> check_same_length(X=[1, 2], y=[0])
    Traceback (most recent call last):
    ValueError: X and y must have the same length, got X 2, y 1
    """
    sizes = {name: len(a) for name, a in lists.items() if isinstance(a, Sized)}
    if len(set(sizes.values())) > 1:
        shown = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise ValueError(f"{' and '.join(sizes)} must have the same length, got {shown}")
