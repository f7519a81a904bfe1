"""The table of a comparison."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lungseg.compare.plan import Plan
from lungseg.compare.table import Record, Scores, done_by, gather
from lungseg.evaluation.bootstrap import Estimate
from lungseg.evaluation.classifier_figures import FIGURES, classifier_figures

if TYPE_CHECKING:
    from lungseg.manifest import Manifest

Values = NDArray[np.float64]

#: Figures of a classifier that are compared.
_COMPARED = ("roc_auc", "f1", "weighted_f1", "accuracy", "sensitivity", "specificity")

#: Draws of the bootstrap over patients.
_REPEATS = 1000


def summarise(
    plan: Plan, recipes: Sequence[str], seeds: int, rows: Manifest, records: Sequence[Record]
) -> dict[str, Any]:
    """Make the table: figures with intervals, differences, noise, time and memory.

    Each figure is taken over all rows, every row predicted by a network that has not seen
    its patient, and averaged over the seeds. Intervals and paired differences come from one
    bootstrap over patients, the same draws for all recipes; the noise between runs is the
    standard deviation over seeds.

    Parameters
    ----------
    plan : Plan
    recipes : sequence of str
        The others are compared with the first of them.
    seeds : int
    rows : Manifest
        Those that figures are taken on; see `lungseg.compare.plan.measured_rows`.
    records : sequence of dict
        As a `lungseg.cluster.ResultLog` gives them.

    Returns
    -------
    dict
        ``plan``, ``rows``, ``patients``, ``classes``; ``recipes``: name → ``figures``,
        ``difference`` from the first recipe, ``noise``, ``cost`` (seconds and MB of a job),
        ``parameters``, ``confusion``; ``failed``: key → error. A recipe with a job that is
        missing has no figures.
    """
    done = {name: done_by(records, name) for name in recipes}
    classes = _classes(done)
    scores = {name: gather(done[name], classes, len(rows), seeds) for name in recipes}
    complete = {name: found for name, found in scores.items() if found is not None}
    entries = {name: _cost(done[name]) for name in recipes}
    if complete:
        truth = np.array([classes.index(row.label) for row in rows.rows]) if classes else None
        figures = _figures(list(complete.values()), truth, rows.patients)
        for number, name in enumerate(complete):
            entries[name] |= _entry(figures, number, next(iter(complete)) == recipes[0], seeds)
            entries[name]["parameters"] = done[name][0]["parameters"]
            predicted = complete[name].predicted
            if truth is not None and predicted is not None:
                entries[name]["confusion"] = _confusion(truth, predicted, len(classes))
    return {
        "plan": {**asdict(plan), "manifest": plan.manifest.parent.name, "seeds": seeds},
        "rows": len(rows),
        "patients": len(set(rows.patients)),
        "classes": classes,
        "first": recipes[0],
        "recipes": entries,
        "failed": {r["key"]: r["error"] for r in records if r["error"] is not None},
    }


def _classes(done: dict[str, list[Record]]) -> list[str]:
    found = [value["classes"] for values in done.values() for value in values if "classes" in value]
    return list(found[0]) if found else []


def _cost(done: Sequence[Record]) -> dict[str, Any]:
    """Time and memory of a job."""
    if not done:
        return {"jobs": 0, "cost": {}, "figures": {}}
    seconds = round(float(np.mean([value["seconds"] for value in done])), 1)
    memory = max(value["megabytes"] for value in done)
    return {"jobs": len(done), "cost": {"seconds": seconds, "megabytes": memory}, "figures": {}}


class _Figures:
    """Figures of all recipes: as measured, for each seed, and in every draw of patients."""

    def __init__(
        self, names: Sequence[str], measure: Callable[..., Values], patients: Sequence[str]
    ) -> None:
        self.names = list(names)
        owners = np.unique(np.asarray(patients), return_inverse=True)[1]
        members = [np.flatnonzero(owners == number) for number in range(owners.max() + 1)]
        self.n, self.patients = len(owners), len(members)
        #: (recipes, seeds, figures)
        self.by_seed = measure(np.arange(len(owners)))
        rng = np.random.default_rng(0)
        #: (draws, recipes, figures)
        self.drawn = np.stack(
            [
                measure(np.concatenate([members[i] for i in chosen])).mean(axis=1)
                for chosen in rng.integers(len(members), size=(_REPEATS, len(members)))
            ]
        )

    def estimate(self, value: float, drawn: Values) -> dict[str, Any]:
        """Make an estimate of a figure and what it is in every draw."""
        known = drawn[np.isfinite(drawn)]
        if not np.isfinite(value) or not len(known):
            return Estimate(None, None, None, self.n, self.patients).to_dict()
        low, high = np.quantile(known, (0.025, 0.975))
        return Estimate(float(value), float(low), float(high), self.n, self.patients).to_dict()


def _figures(
    scores: Sequence[Scores], truth: NDArray[np.intp] | None, patients: Sequence[str]
) -> _Figures:
    places = [FIGURES.index(name) for name in _COMPARED]

    def of_classifiers(chosen: NDArray[np.intp]) -> Values:
        assert truth is not None  # noqa: S101 - where there are classes
        return np.array(
            [
                [
                    classifier_figures(
                        truth[chosen], one.predicted[chosen, seed], one.probabilities[chosen, seed]
                    )[places]
                    for seed in range(one.predicted.shape[1])
                ]
                for one in scores
                if one.predicted is not None and one.probabilities is not None
            ]
        )

    def of_masks(chosen: NDArray[np.intp]) -> Values:
        return np.array(
            [
                np.stack([values[chosen].mean(axis=0) for values in one.figures.values()], axis=1)
                for one in scores
            ]
        )

    if truth is None:
        return _Figures(list(scores[0].figures), of_masks, patients)
    return _Figures(_COMPARED, of_classifiers, patients)


def _entry(figures: _Figures, number: int, with_first: bool, seeds: int) -> dict[str, Any]:
    """Figures of a recipe, their noise, and their differences from the first recipe."""
    mean, drawn = figures.by_seed.mean(axis=1), figures.drawn
    columns = dict(enumerate(figures.names))
    entry: dict[str, Any] = {
        "figures": {
            name: figures.estimate(mean[number, i], drawn[:, number, i])
            for i, name in columns.items()
        },
        "noise": {
            name: float(figures.by_seed[number, :, i].std(ddof=1)) if seeds > 1 else None
            for i, name in columns.items()
        },
    }
    if with_first and number:
        entry["difference"] = {
            name: figures.estimate(
                mean[number, i] - mean[0, i], drawn[:, number, i] - drawn[:, 0, i]
            )
            for i, name in columns.items()
        }
    return entry


def _confusion(
    truth: NDArray[np.intp], predicted: NDArray[np.intp], classes: int
) -> list[list[int]]:
    """Count true (rows) against predicted classes, over all seeds."""
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (np.repeat(truth, predicted.shape[1]), predicted.ravel()), 1)
    found: list[list[int]] = counts.tolist()
    return found
