"""The pipeline behind a server: loaded once, and asked by one worker."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from lungseg.errors import InputError
from lungseg.serve.batcher import Batcher
from lungseg.serve.settings import Limits
from lungseg.serve.uploads import Upload

if TYPE_CHECKING:
    from lungseg.masker import LungMasker
    from lungseg.pipeline.pipeline import Pipeline
    from lungseg.pipeline.prediction import Prediction
    from lungseg.scan import LungMask, Scan

#: "predict" and "mask" as the commands of the same names; "page" is everything that a report
#: shows.
Kind = Literal["predict", "mask", "page"]

_LOG = logging.getLogger(__name__)


@dataclass
class Task:
    """What a client wants to know of a scan.

    Parameters
    ----------
    source : Upload or Scan
    kind : {"predict", "mask", "page"}
    infection : bool
        Mark the infection, too.
    stage : str
        How far it is: "waiting", "reading", "analysing" or "done".
    """

    source: Upload | Scan
    kind: Kind = "predict"
    infection: bool = False
    stage: str = "waiting"


class Service:
    """One pipeline for all clients.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted. With an infection stage, which is used where a client asks for it.
    name : str
        What clients know it by.
    limits : Limits
    noticed : callable, optional
        Is told the size of each batch, and the kind and the outcome of each task.

    Examples
    --------
    >>> import lungseg
    >>> service = Service(lungseg.Pipeline.from_pretrained(), "covid-ct", Limits())
    >>> with service:
    ...     service.waiting
    0
    """

    def __init__(
        self,
        pipeline: Pipeline,
        name: str,
        limits: Limits,
        noticed: Callable[..., None] | None = None,
    ) -> None:
        self.pipeline = pipeline
        self.name = name
        self.limits = limits
        self.noticed = noticed or (lambda **_what: None)
        # The stages are shared: only the parameter differs.
        self._plain = copy.copy(pipeline)
        self._plain.infection = None
        self._default_masker: LungMasker | None = None
        self._batcher: Batcher[Task, Any] = Batcher(self._run, limits.batch)

    def __enter__(self) -> Service:
        self._batcher.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._batcher.__exit__(*error)

    def submit(self, task: Task) -> Future[Any]:
        """Let a task wait for its turn; see `Batcher.submit`.

        Returns
        -------
        Future of Prediction, or of LungMask or InfectionMask for the kind "mask"
        """
        return self._batcher.submit(task)

    @property
    def at_rest(self) -> bool:
        """Whether nothing is under way any more; only after the end."""
        return self._batcher.at_rest

    @property
    def waiting(self) -> int:
        """Tasks that nobody has begun."""
        return self._batcher.waiting

    def _run(self, tasks: list[Task]) -> list[Any]:
        """Do a batch: those that ask for the same are one call of the pipeline."""
        self.noticed(batch=len(tasks))
        outcomes: dict[int, Any] = {}
        for ways in sorted({(task.kind, task.infection) for task in tasks}):
            alike = [i for i, task in enumerate(tasks) if (task.kind, task.infection) == ways]
            self._run_alike([(i, tasks[i]) for i in alike], outcomes)
        for number, task in enumerate(tasks):
            task.stage = "done"
            self.noticed(kind=task.kind, outcome=_outcome(outcomes[number]))
        return [outcomes[number] for number in range(len(tasks))]

    def _run_alike(self, tasks: list[tuple[int, Task]], outcomes: dict[int, Any]) -> None:
        """Analyse scans one after the other, so that one alone is in memory."""
        begun: list[int] = []
        scans = self._scans(tasks, begun, outcomes)
        analyse = self._analyse(tasks[0][1])
        while True:
            try:
                for result in analyse(scans):
                    outcomes[begun[-1]] = result
                return
            except Exception as error:
                # What is left of the batch goes on behind it.
                _log_fault(error, "a scan could not be analysed")
                outcomes[begun[-1]] = error

    def _scans(
        self, tasks: list[tuple[int, Task]], begun: list[int], outcomes: dict[int, Any]
    ) -> Iterator[Scan]:
        for number, task in tasks:
            begun.append(number)
            task.stage = "reading"
            try:
                scan = _read(task.source, self.limits)
            except Exception as error:
                _log_fault(error, "an upload could not be read")
                outcomes[number] = error
                continue
            task.stage = "analysing"
            yield scan

    def _analyse(self, task: Task) -> Callable[[Iterator[Scan]], Iterator[Any]]:
        if task.kind == "mask":
            return lambda scans: (self._mask(scan, task.infection) for scan in scans)
        if task.kind == "predict":
            chosen = self.pipeline if task.infection else self._plain
            return lambda scans: chosen.iterate(scans, on_error="return")
        return self._complete

    def _complete(self, scans: Iterator[Scan]) -> Iterator[Prediction | InputError]:
        from lungseg.report.complete import complete

        for result in self.pipeline.iterate(scans, on_error="return"):
            yield result if isinstance(result, InputError) else complete(result, self.pipeline)

    def _mask(self, scan: Scan, infection: bool) -> LungMask | Any:
        from lungseg.scan import MaskedScan

        masker = self._masker()
        (mask,) = masker.predict([scan])
        segmenter = self.pipeline.infection_
        if not infection or segmenter is None:
            return mask
        return segmenter.predict([MaskedScan(scan, mask)])[0]

    def _masker(self) -> Any:
        """Return the pipeline's masker; the default one where it leaves scans whole."""
        from lungseg.masker import LungMasker

        if isinstance(self.pipeline.masker_, str):
            if self._default_masker is None:
                self._default_masker = LungMasker.from_pretrained()
            return self._default_masker
        return self.pipeline.masker_


def _read(source: Upload | Scan, limits: Limits) -> Scan:
    """Read a scan; it and every error bear the name that its client gave it."""
    from lungseg.io.reader import read

    if not isinstance(source, Upload):
        return source
    try:
        return replace(read(source.prepare(limits)), source=source.name)
    except InputError as error:
        cause, mend = (_without_paths(part, source) for part in (error.cause, error.mend))
        raise InputError(source.name, cause, mend) from None


def _without_paths(text: str, upload: Upload) -> str:
    """Take our own folder out of a message."""
    return text.replace(str(upload.path), upload.name).replace(f"{upload.folder}/", "")


def _log_fault(error: Exception, what: str) -> None:
    """Tell the operator of what is no client's fault."""
    if not isinstance(error, InputError):
        _LOG.error(what, exc_info=error)


def _outcome(result: Any) -> str:
    if isinstance(result, InputError):
        return "refused"
    return "failed" if isinstance(result, BaseException) else "answered"
