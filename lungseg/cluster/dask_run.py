"""Tasks on a Dask cluster, a bounded number of them at a time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Any

from lungseg.cluster.attempt import Attempt, attempt, describe
from lungseg.cluster.connect import connect
from lungseg.cluster.outcome import Outcome
from lungseg.errors import InputError

#: Tasks in flight for each thread of the workers: one that runs, and one that waits there.
_AHEAD = 2
#: Seconds between two looks at the workers, and after which none at all is an error.
_LOOK, _PATIENCE = 1.0, 300.0


def run_on_dask(
    function: Callable[[Any], Any], tasks: Iterable[tuple[str, Any]], address: str, retries: int
) -> Iterator[Outcome]:
    """Do what `lungseg.cluster.run_tasks` promises for an address."""
    with connect(address, allowed_failures=retries) as client:
        yield from _Run(client, function, tasks, address, retries).outcomes()


@dataclass(frozen=True)
class _Job:
    """A task, and what is known of it."""

    key: str
    argument: Any
    tries: int = 0
    avoid: str = ""
    suspect: bool = False


class _Run:
    """The tasks of one call, and where each of them is."""

    def __init__(
        self,
        client: Any,
        function: Callable[[Any], Any],
        tasks: Iterable[tuple[str, Any]],
        address: str,
        retries: int,
    ) -> None:
        self.client = client
        self.function = function
        self.fresh = (_Job(key, argument) for key, argument in tasks)
        self.address = address
        self.retries = retries
        self.again: deque[_Job] = deque()
        self.suspects: deque[_Job] = deque()
        self.alone = False
        self.flying: dict[Any, _Job] = {}
        self.landed: SimpleQueue[Any] = SimpleQueue()
        self.threads: dict[str, int] = {}
        self.looked = self.seen = time.monotonic()
        self._look()

    def outcomes(self) -> Iterator[Outcome]:
        self._fill()
        while self.flying:
            future = self._next_landed()
            outcome = self._judge(self.flying.pop(future), future)
            self.alone = False
            self._fill()
            if outcome is not None:
                yield outcome

    # === Out ===

    def _fill(self) -> None:
        while len(self.flying) < max(1, _AHEAD * sum(self.threads.values())):
            job = self._next_job()
            if job is None:
                return
            self._submit(job)

    def _next_job(self) -> _Job | None:
        if self.alone:
            return None
        job = self.again.popleft() if self.again else next(self.fresh, None)
        if job is None and self.suspects and not self.flying:
            # With nothing beside it, the next death is its own.
            job = self.suspects.popleft()
        self.alone = job is not None and job.suspect
        return job

    def _submit(self, job: _Job) -> None:
        others = [worker for worker in self.threads if worker != job.avoid] if job.avoid else []
        future = self.client.submit(
            attempt,
            self.function,
            job.argument,
            pure=False,
            workers=others or None,
            allow_other_workers=bool(others),
        )
        self.flying[future] = job
        future.add_done_callback(self.landed.put)

    # === Back ===

    def _next_landed(self) -> Any:
        while True:
            if time.monotonic() - self.looked > _LOOK:
                self._look()
            try:
                return self.landed.get(timeout=_LOOK)
            except Empty:
                continue

    def _look(self) -> None:
        """See which workers there are; no result comes where there are none."""
        try:
            self.threads = self.client.nthreads()
        except (OSError, ValueError, RuntimeError):
            # Its futures are cancelled then, and that is the error.
            return
        self.looked = time.monotonic()
        if self.threads:
            self.seen = self.looked
        elif self.looked - self.seen > _PATIENCE:
            raise InputError(
                self.address,
                f"it has had no workers for {_PATIENCE:.0f} s",
                "start some, and call again: what is done is kept",
            )

    def _judge(self, job: _Job, future: Any) -> Outcome | None:
        """Make an outcome of what came back, or note the task for another try."""
        from distributed import CancelledError, KilledWorker

        job = replace(job, tries=job.tries + 1)
        try:
            found: Attempt = future.result()
        except CancelledError:
            raise InputError(
                self.address,
                "its scheduler is gone",
                "start it, and call again: what is done is kept",
            ) from None
        except KilledWorker as error:
            return self._judge_death(job, error)
        except Exception as error:
            # Neither the function nor its result could be brought to the other side.
            found = Attempt(None, describe(error), "")
        if found.error is not None and job.tries <= self.retries:
            self.again.append(replace(job, avoid=found.worker))
            return None
        return Outcome(job.key, found.value, found.error, found.worker, job.tries)

    def _judge_death(self, job: _Job, error: Any) -> Outcome | None:
        job = replace(job, tries=job.tries + error.allowed_failures)
        if not job.suspect:
            self.suspects.append(replace(job, suspect=True))
            return None
        text = f"its worker died, and so did each that it was given to ({job.tries} in all)"
        return Outcome(job.key, None, text, str(error.last_worker.address), job.tries)
