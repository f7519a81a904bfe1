"""One worker that takes what waits and does it together."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

#: Seconds that a batch under way gets at the end.
_MOMENT = 3.0

Task = TypeVar("Task")
Result = TypeVar("Result")


class Batcher(Generic[Task, Result]):
    """Hand what waits to a function, up to a batch at a time, in a thread of its own.

    Parameters
    ----------
    run : callable
        From a list of tasks to a list of as many results; an exception in it is the result
        of that task alone. What it raises itself is the result of every task of the batch.
    size : int
        Tasks in a batch, at most.

    Examples
    --------
    >>> batcher = Batcher(lambda tasks: [task * task for task in tasks], size=4)
    >>> with batcher:
    ...     batcher.submit(3).result()
    9
    """

    def __init__(
        self, run: Callable[[list[Task]], Sequence[Result | BaseException]], size: int
    ) -> None:
        self.run = run
        self.size = size
        self._waiting: queue.SimpleQueue[tuple[Task, Future[Result]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Batcher[Task, Result]:
        self._thread = threading.Thread(target=self._work, name="lungseg-worker", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Cancel what waits, and give what is under way a moment."""
        with contextlib.suppress(queue.Empty):
            while item := self._waiting.get_nowait():
                item[1].cancel()
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join(_MOMENT)

    @property
    def at_rest(self) -> bool:
        """Whether nothing is under way any more; only after the end."""
        return self._thread is None or not self._thread.is_alive()

    def submit(self, task: Task) -> Future[Result]:
        """Let a task wait for its turn.

        Returns
        -------
        Future
            Cancel it, and the task is left out where it still waits.
        """
        future: Future[Result] = Future()
        self._waiting.put((task, future))
        return future

    @property
    def waiting(self) -> int:
        """Tasks that nobody has begun."""
        return self._waiting.qsize()

    def _work(self) -> None:
        while True:
            batch, last = self._take()
            batch = [item for item in batch if item[1].set_running_or_notify_cancel()]
            if batch:
                self._do([task for task, _ in batch], [future for _, future in batch])
            if last:
                return

    def _take(self) -> tuple[list[tuple[Task, Future[Result]]], bool]:
        """Wait for a task and take those behind it; tell whether the end has come."""
        item = self._waiting.get()
        batch: list[tuple[Task, Future[Result]]] = []
        while item is not None:
            batch.append(item)
            if len(batch) == self.size:
                return batch, False
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _do(self, tasks: list[Task], futures: list[Future[Result]]) -> None:
        try:
            results = self.run(tasks)
        except BaseException as error:
            results = [error] * len(tasks)
        for future, result in zip(futures, results, strict=True):
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
