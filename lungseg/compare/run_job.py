"""One training of a comparison, and its test."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lungseg.compare.memory import peak_megabytes, reset_peak
from lungseg.compare.plan import Job, Plan, measured_rows, read_rows, split_rows, trained_by

if TYPE_CHECKING:
    from lungseg.manifest import Manifest

#: Test scans whose heat maps are shown.
_SHOWN = 4


@dataclass(frozen=True)
class RunJob:
    """Train the recipe of a job without one fold, and test it on that fold.

    Parameters
    ----------
    plan : Plan
    out : str
        Folder for the masks of scans, which are made once, and for heat maps.
    """

    plan: Plan
    out: str

    def __call__(self, job: Job) -> dict[str, Any]:
        """Do a job.

        Returns
        -------
        dict
            ``index``: places of the tested rows among `measured_rows`; ``seconds``,
            ``megabytes``, ``history``; of a classifier ``classes``, ``probabilities``
            and ``predicted`` of each row; of a segmenter ``figures``, a list for each.
        """
        rows, fold_of = _rows(self.plan, trained_by([job.recipe]))
        train = rows.take(i for i, fold in enumerate(fold_of) if fold != job.fold)
        measured = measured_rows(rows)
        index = [place for place, row in enumerate(measured) if fold_of[row] == job.fold]
        test = rows.take(measured[place] for place in index)
        reset_peak()
        began = time.monotonic()
        work: Callable[..., dict[str, Any]] = (
            _classify if trained_by([job.recipe]) == "classifier" else _segment
        )
        found = work(self, job, train, test)
        return {
            "recipe": job.recipe,
            "fold": job.fold,
            "seed": job.seed,
            "index": index,
            "seconds": round(time.monotonic() - began, 2),
            "megabytes": round(peak_megabytes()),
            **found,
        }


@lru_cache(maxsize=2)
def _rows(plan: Plan, trains: Any) -> tuple[Manifest, list[int]]:
    rows = read_rows(plan, trains)
    return rows, split_rows(rows, plan.folds)


def _classify(run: RunJob, job: Job, train: Manifest, test: Manifest) -> dict[str, Any]:
    from lungseg.networks import info
    from lungseg.pipeline.pipeline import Pipeline
    from lungseg.pipeline.use_cache import use_cache

    pipeline = use_cache(Pipeline.from_recipe(job.recipe), Path(run.out) / "masks")
    classifier = pipeline.classifier
    assert classifier is not None  # noqa: S101 - what a recipe of a classifier makes
    limits = _limits(run.plan, classifier, info(classifier.network).smallest)
    classifier.set_params(seed=job.seed, positive=run.plan.positive, **limits)
    pipeline.fit(train.files, train.labels, train.patients)
    probabilities = pipeline.predict_proba(test.files)
    fitted = pipeline.classifier_
    if job.fold == 0 and job.seed == 0:
        _show_heat(pipeline, test, heat_path(run.out, job))
    return {
        "classes": [str(name) for name in fitted.classes_.tolist()],
        "probabilities": probabilities.round(6).tolist(),
        "predicted": [str(label) for label in fitted.labels_of(probabilities).tolist()],
        "history": fitted.history_,
        "parameters": fitted.model_.count_params(),
    }


def _segment(run: RunJob, job: Job, train: Manifest, test: Manifest) -> dict[str, Any]:
    from lungseg.compare.mask_figures import mask_figures
    from lungseg.networks import info
    from lungseg.pipeline.from_recipe import from_recipe

    estimator: Any = from_recipe(job.recipe)
    limits = _limits(run.plan, estimator, info(estimator.network).smallest)
    estimator.set_params(seed=job.seed, **limits)
    trust: dict[str, Any] = {}
    if hasattr(estimator, "mend_labels"):
        trust = {"trusted": [row.label_source != "pseudo" for row in train.rows]}
        if estimator.masker not in (None, "passthrough"):
            estimator.masker.set_params(cache=Path(run.out) / "masks")
    estimator.fit(train.files, train.masks, train.patients, **trust)
    return {
        "figures": mask_figures(estimator, test),
        "history": estimator.history_,
        "parameters": estimator.model_.count_params(),
    }


def _limits(plan: Plan, estimator: Any, smallest: int) -> dict[str, Any]:
    """Say what the plan allows of a recipe's epochs and of the size of its input."""
    limits: dict[str, Any] = {}
    if plan.epochs is not None:
        limits["epochs"] = min(plan.epochs, estimator.epochs)
        if hasattr(estimator, "frozen_epochs"):
            limits["frozen_epochs"] = min(plan.epochs, estimator.frozen_epochs)
    if plan.size is not None:
        limits["input_size"] = min(estimator.input_size, max(plan.size, smallest))
    return limits


def heat_path(out: str, job: Job) -> Path:
    """File of the heat maps of a job."""
    safe = "".join(c if c.isalnum() or c in "-@=._" else "_" for c in job.recipe)
    return Path(out) / "heat" / f"{safe}.png"


def _show_heat(pipeline: Any, test: Manifest, path: Path) -> None:
    """Draw where the second class is seen in a few test scans, side by side."""
    import numpy as np

    import lungseg
    from lungseg.report.overlay import save_png
    from lungseg.report.tiles import heat_tiles

    chosen = np.linspace(0, len(test) - 1, min(_SHOWN, len(test))).round().astype(int)
    scans = [lungseg.read(test.files[i]) for i in chosen]
    maps = pipeline.explain(scans, pipeline.classes_[1])
    tiles = [
        heat_tiles(scan, heat, count=1, size=192)[0].rgb
        for scan, heat in zip(scans, maps, strict=True)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    save_png(np.concatenate(tiles, axis=1), path)
