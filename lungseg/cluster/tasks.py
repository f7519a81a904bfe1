"""One function over many arguments: here, or on a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any

from lungseg.cluster.attempt import attempt
from lungseg.cluster.outcome import Outcome


def run_tasks(
    function: Callable[[Any], Any],
    tasks: Mapping[str, Any],
    *,
    address: str | None = None,
    done: Container[str] = (),
    retries: int = 1,
) -> Iterator[Outcome]:
    """Call a function once for each task, and yield what comes of it as it comes.

    Parameters
    ----------
    function : callable
        Of one argument. For a cluster it can be pickled: a function at the top of a module
        that the workers have, too, or an instance of a class there that can be called.
    tasks : mapping of str to object
        Key → argument. On a cluster arguments and results travel, so both stay small:
        paths, and not voxels.
    address : str, optional
        Of a Dask scheduler, as "tcp://10.0.0.1:8786"; or "local:2" for a cluster of two
        processes on this machine, which ends with the iterator. Without it the tasks are
        done in this process, one after the other.
    done : container of str
        Keys that are passed over.
    retries : int
        How often a task that raised is tried again, on another worker where there is one.
        A task whose worker died is given to another by Dask itself, as often as the
        scheduler's ``allowed-failures`` says; if workers died of it more often than that,
        it is tried once more with nothing beside it, so that no task is blamed for its
        neighbour.

    Yields
    ------
    Outcome
        One for each task that is not done, in any order on a cluster. A task that fails in
        the end is an outcome with an ``error``; nothing is raised.

    Raises
    ------
    ModuleNotFoundError
        If an address is given and Dask Distributed, the extra ``cluster``, is not there.
    ValueError
        If ``retries`` or the address makes no sense.
    lungseg.InputError
        If no scheduler answers, or it has no workers any more.

    Examples
    --------
    >>> [(o.key, o.value) for o in run_tasks(len, {"a": "xyz", "b": "x"}, done={"b"})]
    [('a', 3)]
    """
    if retries < 0:
        raise ValueError(f"retries must be at least 0, got {retries}")
    missing = ((key, argument) for key, argument in tasks.items() if key not in done)
    if address is None:
        return _run_here(function, missing, retries)
    from lungseg.cluster.connect import check_address
    from lungseg.cluster.dask_run import run_on_dask

    check_address(address)
    return run_on_dask(function, missing, address, retries)


def _run_here(
    function: Callable[[Any], Any], tasks: Iterable[tuple[str, Any]], retries: int
) -> Iterator[Outcome]:
    for key, argument in tasks:
        found, tries = attempt(function, argument), 1
        while found.error is not None and tries <= retries:
            found, tries = attempt(function, argument), tries + 1
        yield Outcome(key, found.value, found.error, found.worker, tries)
