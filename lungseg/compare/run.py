"""The comparison itself: every job once, then the table, the figures and the page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lungseg.cluster import Outcome, ResultLog, run_tasks
from lungseg.compare.apart import Apart
from lungseg.compare.page import write_comparison
from lungseg.compare.plan import Plan, make_jobs, measured_rows, read_rows, trained_by
from lungseg.compare.run_job import RunJob
from lungseg.compare.summary import summarise


def compare(
    plan: Plan,
    recipes: Sequence[str],
    out: str | Path,
    *,
    seeds: int = 1,
    address: str | None = None,
    apart: bool = True,
    report: Callable[[Outcome, int], None] | None = None,
) -> dict[str, Any]:
    """Compare recipes on the same patients, by grouped cross-validation.

    Parameters
    ----------
    plan : Plan
    recipes : sequence of str
        Names, YAML files or variants, the first of them what the others are compared with.
    out : str or Path
        Folder for ``comparison.json``, ``comparison.html`` and the figures. What was done
        is kept in ``jobs.jsonl``: a second call does only what is missing.
    seeds : int
        Trainings of each recipe on each fold; two or more tell the noise between runs.
    address : str, optional
        Of a Dask cluster, or "local:2"; see `lungseg.cluster.run_tasks`.
    apart : bool
        Do each job in a process of its own, so that its memory is its own, and is given
        back. Without, a job starts some seconds sooner, and networks that this process
        registered are known.
    report : callable, optional
        Called with each outcome and the number of jobs that are left.

    Returns
    -------
    dict
        What ``comparison.json`` holds; see `lungseg.compare.summary.summarise`.

    Raises
    ------
    lungseg.InputError
        If a recipe or the manifest cannot be used, or ``out`` holds another comparison.

    References
    ----------
    Bouthillier et al., "Accounting for Variance in Machine Learning Benchmarks", MLSys
    2021 (why seeds and folds both vary).

    Examples
    --------
    >>> compare(Plan(Path("none.csv")), ["s0-tiny"], "out")
    Traceback (most recent call last):
    lungseg.errors.InputError: none.csv: the manifest cannot be read; check the path
    """
    recipes = list(dict.fromkeys(recipes))
    read_rows(plan, trained_by(recipes))  # refused before anything is trained
    jobs = make_jobs(plan, recipes, seeds)
    folder = Path(out).absolute()
    with ResultLog(folder / "jobs.jsonl", settings=_settings(plan)) as log:
        left = sum(key not in log.done for key in jobs)
        job = RunJob(plan, str(folder))
        work = Apart(job) if apart else job
        outcomes = run_tasks(work, jobs, address=address, done=log.done)
        for outcome in outcomes:
            log.append(outcome.to_dict())
            left -= 1
            if report is not None:
                report(outcome, left)
    return conclude(plan, recipes, folder, seeds=seeds)


def conclude(
    plan: Plan, recipes: Sequence[str], out: str | Path, *, seeds: int = 1
) -> dict[str, Any]:
    """Write what a comparison has come to so far, without doing what is missing.

    Parameters
    ----------
    plan, recipes, out, seeds
        As in `compare`.

    Returns
    -------
    dict
        As `compare` does; recipes that are not complete have no figures.
    """
    folder = Path(out).absolute()
    rows = read_rows(plan, trained_by(recipes))
    measured = rows.take(measured_rows(rows))
    jobs = make_jobs(plan, recipes, seeds)
    with ResultLog(folder / "jobs.jsonl", settings=_settings(plan)) as log:
        records = [record for record in log.records() if record["key"] in jobs]
    result = summarise(plan, recipes, seeds, measured, records)
    write_comparison(result, measured, records, folder)
    return result


def _settings(plan: Plan) -> dict[str, Any]:
    """Name what must not change between two calls that share a folder."""
    content = hashlib.sha256(Path(plan.manifest).read_bytes()).hexdigest()
    settings = asdict(plan)
    return {**settings, "manifest": content}
