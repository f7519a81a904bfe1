"""What estimators take: lists of paths, folders, arrays and scans, mixed at will."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from pathlib import Path
from typing import Any

from lungseg.errors import InputError
from lungseg.scan import LungMask, MaskedScan, Scan


def iterate_scans(X: Iterable[Any]) -> Iterator[Scan]:
    """Read one input after the other.

    Parameters
    ----------
    X : iterable of path, array, image or Scan

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


def iterate_masked(X: Iterable[Any]) -> Iterator[tuple[Scan, LungMask | None]]:
    """Read one input after the other, with the lungs of those that bring them.

    Parameters
    ----------
    X : iterable of path, array, image, Scan or MaskedScan

    Yields
    ------
    scan : Scan
    mask : LungMask or None

    Raises
    ------
    TypeError
        If ``X`` is one input and not a list of them.
    lungseg.InputError
        If one cannot be read, or a mask has another size than its scan.

    Examples
    --------
    >>> import lungseg
    >>> scan, mask = lungseg.phantom(slices=2, size=64, return_mask=True)
    >>> [found is not None for _, found in iterate_masked([scan, MaskedScan(scan, mask)])]
    [False, True]
    """
    check_is_list(X)
    for item in X:
        yield as_masked(item)


def as_masked(item: Any) -> tuple[Scan, LungMask | None]:
    """Read one input, with its lungs if it brings them; see `iterate_masked`."""
    from lungseg.io.reader import as_scan

    if not isinstance(item, MaskedScan):
        return as_scan(item), None
    check_same_grid(*item)
    return item.scan, item.mask


def check_same_grid(scan: Scan, mask: LungMask) -> None:
    """Refuse a mask that has another size than its scan.

    Raises
    ------
    lungseg.InputError
        Naming the scan, and both sizes.
    """
    if mask.shape != scan.shape:
        raise InputError(
            scan.source,
            f"its mask has shape {mask.shape} and the scan {scan.shape}",
            "give the mask in the scan's own grid",
        )


def check_is_list(X: Any) -> None:
    """Refuse a single input where a list of inputs is due."""
    from lungseg.io.foreign import foreign_reader

    one = isinstance(X, (str, Path, Scan, MaskedScan)) or foreign_reader(X) is not None
    if one or not isinstance(X, Iterable):
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
