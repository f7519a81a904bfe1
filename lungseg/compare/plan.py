"""What a comparison is made of: recipes, folds, seeds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lungseg.errors import InputError

if TYPE_CHECKING:
    from lungseg.manifest import Manifest
    from lungseg.pipeline.recipe import Recipe, Trains


@dataclass(frozen=True)
class Plan:
    """How recipes are compared; the same for all of them.

    Parameters
    ----------
    manifest : Path
        CSV ``file,label,patient[,split]`` for recipes that train a classifier,
        ``file,mask,patient`` (or ``case``) for those that train a segmenter. Rows of a test
        split are left out: a comparison chooses.
    folds : int
        Parts of the patients; each is predicted by networks that saw the others.
    label_column : str
    positive : str, optional
        Of two classes the one that figures speak of.
    epochs : int, optional
        At most so many, where a recipe has more.
    size : int, optional
        Largest side of an input, where a recipe has a larger one and its network allows it.
    every : int
        Take every so-manieth scan of those that belong to a patient.
    """

    manifest: Path
    folds: int = 5
    label_column: str = "label"
    positive: str | None = None
    epochs: int | None = None
    size: int | None = None
    every: int = 1


@dataclass(frozen=True)
class Job:
    """One training and what it is tested on."""

    recipe: str
    fold: int
    seed: int
    digest: str

    @property
    def key(self) -> str:
        """Names the job; of a recipe that was changed it is another.

        Examples
        --------
        >>> Job("s0-tiny@crop", 0, 1, "ab12").key
        's0-tiny@crop ab12, fold 0, seed 1'
        """
        return f"{self.recipe} {self.digest}, fold {self.fold}, seed {self.seed}"


def make_jobs(plan: Plan, recipes: Sequence[str], seeds: int) -> dict[str, Job]:
    """List every job, those of one fold and seed side by side.

    Parameters
    ----------
    plan : Plan
    recipes : sequence of str
        Names, YAML files or variants; see `lungseg.pipeline.recipe.load_recipe`.
    seeds : int
        Trainings of each recipe on each fold.

    Returns
    -------
    dict of str to Job
        By key, in the order in which they are best done: a comparison that is cut short
        then holds all recipes.

    Raises
    ------
    lungseg.InputError
        If there is no such recipe.
    """
    digests = {name: _digest(name) for name in recipes}
    jobs = [
        Job(name, fold, seed, digests[name])
        for seed in range(seeds)
        for fold in range(plan.folds)
        for name in recipes
    ]
    return {job.key: job for job in jobs}


def trained_by(recipes: Sequence[str]) -> Trains:
    """Say what all of the recipes train.

    Raises
    ------
    lungseg.InputError
        If they do not train the same, or there are none.
    """
    from lungseg.pipeline.recipe import load_recipe

    trained = {name: load_recipe(name).trains for name in recipes}
    if len(set(trained.values())) != 1:
        shown = ", ".join(f"{name}: {what}" for name, what in trained.items())
        raise InputError(
            shown or "no recipes",
            "only recipes that train the same can be compared",
            "compare classifiers with classifiers, infection with infection",
        )
    return next(iter(trained.values()))


def read_rows(plan: Plan, trains: Trains) -> Manifest:
    """Read the rows that are compared on, and check that there are enough.

    Raises
    ------
    lungseg.InputError
        If the manifest cannot be used, or has fewer patients (of a class) than folds.
    """
    from lungseg.manifest import read_manifest, read_masked_manifest

    if trains == "classifier":
        rows = read_manifest(plan.manifest, label=plan.label_column).thinned(plan.every)
    else:
        rows = read_masked_manifest(plan.manifest, plan.every)
    kept = rows.take(i for i, row in enumerate(rows.rows) if row.split != "test")
    for label in sorted(set(kept.labels)):
        patients = {row.patient for row in kept.rows if row.label == label}
        if len(patients) < plan.folds:
            what = f"{len(patients)} patients" + (f" of class {label}" if label else "")
            raise InputError(
                str(plan.manifest), f"it has {what} for {plan.folds} folds", "ask for fewer folds"
            )
    return kept


def split_rows(rows: Manifest, folds: int) -> list[int]:
    """Give each row its fold: by patient, and by class as evenly as that allows.

    Examples
    --------
    >>> from lungseg.manifest import Manifest, Row
    >>> rows = [Row(Path(str(i)), patient=f"p{i // 2}", label="ab"[i % 4 // 2]) for i in range(8)]
    >>> found = split_rows(Manifest(Path(), tuple(rows)), 2)
    >>> found[0] == found[1], sorted(found[::2])
    (True, [0, 0, 1, 1])
    """
    from lungseg.evaluation.splits import grouped_folds

    return grouped_folds([row.label for row in rows.rows], rows.patients, folds).tolist()


def measured_rows(rows: Manifest) -> list[int]:
    """Rows that figures are taken on: those that a person marked, where there are any.

    Examples
    --------
    >>> from lungseg.manifest import Manifest, Row
    >>> rows = [Row(Path(s), patient=s, label_source=s) for s in ("expert", "pseudo")]
    >>> measured_rows(Manifest(Path(), tuple(rows)))
    [0]
    """
    drawn = [i for i, row in enumerate(rows.rows) if row.label_source != "pseudo"]
    return drawn or list(range(len(rows)))


def _digest(name: str) -> str:
    from lungseg.pipeline.recipe import load_recipe

    recipe: Recipe = load_recipe(name)
    return hashlib.sha256(recipe.model_dump_json().encode()).hexdigest()[:8]
