"""Commands over many inputs: manifests, clusters, and runs that are taken up again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lungseg.cli.common import complain, output_names, progress
from lungseg.cluster.log import ResultLog
from lungseg.cluster.outcome import Outcome
from lungseg.cluster.tasks import run_tasks

#: The file in the folder of the output that results are appended to.
RESULTS = "results.jsonl"

#: Options of a job that say where, and not what.
_ASIDE = ("out", "marker", "cache")


class Batch:
    """The inputs of one call of a command, and what comes of them.

    Parameters
    ----------
    job : callable
        Of a tuple (path, name), with a method ``load``.
    inputs : sequence of str
        Paths; a manifest stands for its files.
    log : ResultLog, optional
        What was done before is passed over, and what is done now is kept there.
    cluster : str, optional
        See `lungseg.cluster.run_tasks`.
    """

    def __init__(
        self,
        job: Any,
        inputs: Iterable[str],
        log: ResultLog | None = None,
        cluster: str | None = None,
    ) -> None:
        self.job = job
        self.log = log
        self.cluster = cluster
        self._kept: list[dict[str, Any]] = []
        paths = expand(inputs)
        if log is not None:
            # Workers, and a second call, may run in another folder.
            paths = list(dict.fromkeys(os.path.abspath(path) for path in paths))
        taken = {} if log is None else {r["key"]: r["name"] for r in log.records()}
        self.names = settle_names(paths, taken)

    def outcomes(self, what: str) -> Iterator[Outcome]:
        """Do what is missing; yield each outcome when it is safe on the disk."""
        done = set() if self.log is None else self.log.done & self.names.keys()
        if done:
            complain(f"{len(done)} of {len(self.names)} inputs were done before")
        if self.cluster is None and len(done) < len(self.names):
            # Weights that cannot be used are one error, and not one for each input.
            self.job.load()
        running = run_tasks(
            self.job,
            {path: (path, name) for path, name in self.names.items()},
            address=self.cluster,
            done=done,
            retries=0 if self.cluster is None else 1,
        )
        for outcome in progress(running, len(self.names) - len(done), what):
            record = {**outcome.to_dict(), "name": self.names[outcome.key]}
            if self.log is None:
                self._kept.append(record)
            else:
                self.log.append(record)
            if outcome.error is not None:
                complain(f"error: {_with_input(outcome)}")
            yield outcome

    def records(self) -> Iterator[dict[str, Any]]:
        """Say what is known of the inputs of this call, each once."""
        known = self._kept if self.log is None else self.log.records()
        return (record for record in known if record["key"] in self.names)

    def in_order(self) -> list[dict[str, Any]]:
        """As `records`, in the order in which the inputs were given."""
        found = {record["key"]: record for record in self.records()}
        return [found[path] for path in self.names if path in found]


@contextmanager
def batch(
    job: Any, inputs: Iterable[str], *, out: Path | None, cluster: str | None, resume: bool
) -> Iterator[Batch]:
    """Open the log of a run where it has one, and yield the batch.

    Raises
    ------
    ValueError
        If results are to be kept and there is no folder for them.
    lungseg.InputError
        If the folder holds results of other weights or options, or another process uses it.
    """
    if cluster is None and not resume:
        yield Batch(job, inputs)
        return
    if out is None:
        raise ValueError("--cluster and --resume keep their results in a folder: give --out")
    with ResultLog(out / RESULTS, settings=_settings(job)) as log:
        yield Batch(job, inputs, log, cluster)


def marker_of(out: Path | None, cluster: str | None) -> str | None:
    """Name the file by which workers know the folder of the output."""
    return None if out is None or cluster is None else str(out / RESULTS)


def expand(inputs: Iterable[str]) -> list[str]:
    """Put the files of a manifest in its place; each path once.

    Examples
    --------
    >>> expand(["a.png", "series/", "a.png"])
    ['a.png', 'series/']
    """
    from lungseg.manifest import read_files

    paths: list[str] = []
    for path in inputs:
        is_manifest = path.lower().endswith(".csv")
        paths += map(str, read_files(path)) if is_manifest else [path]
    return list(dict.fromkeys(paths))


def settle_names(paths: list[str], taken: Mapping[str, str]) -> dict[str, str]:
    """Name what is written for each input; an earlier call's names stay as they were.

    Examples
    --------
    >>> settle_names(["a/scan.png", "b/scan.png"], {"c/scan.png": "scan-1"})
    {'a/scan.png': 'scan-1-2', 'b/scan.png': 'scan-2'}
    """
    used = set(taken.values())
    settled: dict[str, str] = {}
    for path, proposed in zip(paths, output_names(paths), strict=True):
        name, number = taken.get(path, proposed), 1
        while path not in taken and name in used:
            number += 1
            name = f"{proposed}-{number}"
        used.add(name)
        settled[path] = name
    return settled


def _settings(job: Any) -> dict[str, Any]:
    """Say what decides a result: the kind of the job, its options, and the version."""
    from importlib.metadata import version

    options = {name: value for name, value in asdict(job).items() if name not in _ASIDE}
    return {"job": type(job).__name__, "lungseg": version("lungseg"), **options}


def _with_input(outcome: Outcome) -> str:
    """Name the input where the error does not, and who tried it where that was elsewhere."""
    text = str(outcome.error)
    if outcome.key not in text:
        text = f"{outcome.key}: {text}"
    if outcome.worker in ("", "here"):
        return text
    return f"{text} (tried {outcome.attempts} times, last on {outcome.worker})"
