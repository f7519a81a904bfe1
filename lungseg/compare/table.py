"""From the records of a comparison to arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Scores:
    """What a recipe made of every row, once for each seed.

    Parameters
    ----------
    probabilities : float array of shape (rows, seeds, classes), or None
        Of a classifier.
    predicted : int array of shape (rows, seeds), or None
        Numbers of the classes.
    figures : dict of str to float array of shape (rows, seeds)
        Of a segmenter.
    """

    probabilities: NDArray[np.float64] | None
    predicted: NDArray[np.intp] | None
    figures: dict[str, NDArray[np.float64]]


def done_by(records: Sequence[Record], recipe: str) -> list[Record]:
    """Results of a recipe, in the order of seeds and folds."""
    values = [r["value"] for r in records if r["error"] is None and r["value"]["recipe"] == recipe]
    return sorted(values, key=lambda value: (value["seed"], value["fold"]))


def gather(done: Sequence[Record], classes: Sequence[str], rows: int, seeds: int) -> Scores | None:
    """Put the folds of a recipe together.

    Parameters
    ----------
    done : sequence of dict
        As `done_by` returns them.
    classes : sequence of str
        In the order of the columns; empty for a segmenter.
    rows, seeds : int

    Returns
    -------
    Scores or None
        None where a row has not been tested with every seed.
    """
    tested = np.zeros((rows, seeds), int)
    for value in done:
        tested[value["index"], value["seed"]] += 1
    if not (tested == 1).all():
        return None
    if not classes:
        return Scores(None, None, _figures(done, rows, seeds))
    probabilities = np.zeros((rows, seeds, len(classes)))
    predicted = np.zeros((rows, seeds), np.intp)
    for value in done:
        columns = [value["classes"].index(name) for name in classes]
        found = np.asarray(value["probabilities"])[:, columns]
        probabilities[value["index"], value["seed"]] = found
        predicted[value["index"], value["seed"]] = [classes.index(p) for p in value["predicted"]]
    return Scores(probabilities, predicted, {})


def _figures(done: Sequence[Record], rows: int, seeds: int) -> dict[str, NDArray[np.float64]]:
    figures = {name: np.zeros((rows, seeds)) for name in done[0]["figures"]}
    for value in done:
        for name, found in value["figures"].items():
            figures[name][value["index"], value["seed"]] = found
    return figures
