"""Splits that keep the samples of a patient together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.errors import InputError


def grouped_split(
    y: Sequence[Any], groups: Sequence[Any], fraction: float = 0.2, seed: int = 0
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Split samples in two: no patient on both sides, classes as even as that allows.

    Patients come in random order, those of many samples first; each goes aside where
    that brings the number of samples aside, class by class, nearer to what is wanted.

    Parameters
    ----------
    y : sequence of length n
        Label of each sample.
    groups : sequence of length n
        Patient of each sample.
    fraction : float
        Share of the samples that is wanted aside, between 0 and 1.
    seed : int

    Returns
    -------
    keep, aside : arrays of int
        Indices of the samples, in order; neither is empty.

    Raises
    ------
    ValueError
        If the lengths differ, the fraction is not between 0 and 1, or there are fewer
        than two patients.

    Examples
    --------
    >>> keep, aside = grouped_split("aabbab", [1, 1, 2, 2, 3, 4], 0.3)
    >>> keep.tolist(), aside.tolist()
    ([0, 1, 2, 3], [4, 5])
    """
    _check(y, groups, fraction)
    counts, owners = _count(y, groups)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(counts))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    aside = _choose(counts[order], fraction * counts.sum(axis=0))
    chosen = np.isin(owners, order[aside])
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def grouped_folds(
    y: Sequence[Any], groups: Sequence[Any], folds: int, seed: int = 0
) -> NDArray[np.intp]:
    """Give each sample its fold: no patient in two, classes as even as that allows.

    Parameters
    ----------
    y : sequence of length n
        Label of each sample.
    groups : sequence of length n
        Patient of each sample.
    folds : int
        Two or more.
    seed : int

    Returns
    -------
    int array of shape (n,)
        Numbers of folds, from 0.

    Raises
    ------
    ValueError
        If the lengths differ, or a class has fewer patients than there are folds.

    Examples
    --------
    >>> found = grouped_folds("aabbaabb", [0, 0, 1, 1, 2, 2, 3, 3], 2)
    >>> found[0] == found[1], sorted(found[::2].tolist())
    (np.True_, [0, 0, 1, 1])
    """
    from sklearn.model_selection import StratifiedGroupKFold

    _check_lengths(y, groups)
    for label, patients in count_patients(y, groups).items():
        if patients < folds:
            raise ValueError(f"{patients} patient(s) of class {label} for {folds} folds")
    labels = [str(label) for label in y]
    names, owners = np.unique([str(group) for group in groups], return_inverse=True)
    # Shuffled here: before 1.8, scikit-learn lost the classes of the patients that it shuffled.
    order = np.arange(len(names))
    np.random.RandomState(seed).shuffle(order)  # as scikit-learn does since
    places = np.argsort(order)[owners]
    fold_of = np.zeros(len(labels), np.intp)
    for fold, (_, tested) in enumerate(StratifiedGroupKFold(folds).split(labels, labels, places)):
        fold_of[tested] = fold
    return fold_of


def count_patients(y: Sequence[Any], groups: Sequence[Any]) -> dict[Any, int]:
    """Count the patients of each class.

    Examples
    --------
    >>> count_patients("aab", [1, 1, 2])
    {'a': 1, 'b': 1}
    """
    owners: dict[Any, set[str]] = {}
    for label, group in zip(y, groups, strict=True):
        owners.setdefault(label, set()).add(str(group))
    return {label: len(patients) for label, patients in owners.items()}


def assert_disjoint(
    groups_a: Iterable[Any], groups_b: Iterable[Any], source: str = "split"
) -> None:
    """Make sure that no patient is on both sides of a split.

    Parameters
    ----------
    groups_a, groups_b : iterables
        Patients of either side.
    source : str
        What was split: for the message.

    Raises
    ------
    lungseg.InputError
        If a patient is on both sides; some are named.

    Examples
    --------
    >>> assert_disjoint(["p1", "p2"], ["p3"])
    """
    both = sorted({str(group) for group in groups_a} & {str(group) for group in groups_b})
    if both:
        more = ", …" if len(both) > 3 else ""
        raise InputError(
            source,
            f"{len(both)} patient(s) are on both sides: {', '.join(both[:3])}{more}",
            "put all samples of a patient on one side",
        )


def _check_lengths(y: Sequence[Any], groups: Sequence[Any]) -> None:
    if len(y) != len(groups):
        raise ValueError(f"need one group for each label, got {len(groups)} for {len(y)}")


def _check(y: Sequence[Any], groups: Sequence[Any], fraction: float) -> None:
    _check_lengths(y, groups)
    if not 0 < fraction < 1:
        raise ValueError(f"fraction must be between 0 and 1, got {fraction}")
    if len({str(group) for group in groups}) < 2:
        raise ValueError("need two patients or more to split")


def _count(y: Sequence[Any], groups: Sequence[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Count the samples of each patient and class; number the patient of each sample."""
    _, labels = np.unique([str(label) for label in y], return_inverse=True)
    _, owners = np.unique([str(group) for group in groups], return_inverse=True)
    counts = np.zeros((owners.max() + 1, labels.max() + 1), np.intp)
    np.add.at(counts, (owners, labels), 1)
    return counts, owners


def _choose(counts: NDArray[np.intp], wanted: NDArray[np.float64]) -> list[int]:
    """Pick the rows whose sum comes near to what is wanted: some, but not all."""
    missing = wanted.astype(float)
    # A class short of samples weighs as much as one that has many.
    weight = 1 / np.maximum(counts.sum(axis=0), 1)
    aside: list[int] = []
    for row, count in enumerate(counts):
        gain = np.abs(missing * weight).sum() - np.abs((missing - count) * weight).sum()
        if gain > 0 and len(aside) < len(counts) - 1:
            aside.append(row)
            missing -= count
    return aside or [len(counts) - 1]
