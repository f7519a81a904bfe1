"""From an address to a client of Dask."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from lungseg.errors import InputError

#: Seconds in which a scheduler has to answer, and the first worker to come.
_TIMEOUT = 60


def check_address(address: str) -> None:
    """Refuse what is no address, and say how to install what a cluster needs.

    Examples
    --------
    >>> check_address("local:0")
    Traceback (most recent call last):
    ValueError: the address of a cluster must be like tcp://10.0.0.1:8786 or local:2, got 'local:0'
    """
    if not re.fullmatch(r"local:[1-9]\d*|\w+://\S+", address):
        raise ValueError(
            f"the address of a cluster must be like tcp://10.0.0.1:8786 or local:2, got {address!r}"
        )
    if find_spec("distributed") is None:
        raise ModuleNotFoundError('a cluster needs Dask: pip install "lungseg[cluster]"')


@contextmanager
def connect(address: str, *, allowed_failures: int) -> Iterator[Any]:
    """Yield a client of a cluster that has at least one worker.

    Parameters
    ----------
    address : str
        Of a scheduler, or "local:N".
    allowed_failures : int
        Deaths of a worker that a task survives, on a local cluster; a scheduler that was
        there before has a setting of its own.

    Yields
    ------
    distributed.Client

    Raises
    ------
    lungseg.InputError
        If no scheduler answers, or no worker comes.
    """
    from dask import config
    from distributed import Client, LocalCluster
    from distributed import TimeoutError as DaskTimeoutError

    kind, _, number = address.partition(":")
    if kind == "local":
        with (
            config.set({"distributed.scheduler.allowed-failures": allowed_failures}),
            LocalCluster(
                n_workers=int(number),
                threads_per_worker=1,
                dashboard_address=":0",
                # That a worker died is told by the outcome of its task.
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client
        return
    try:
        client = Client(address, timeout=_TIMEOUT, set_as_default=False)
    except OSError as error:
        raise InputError(
            address,
            f"no Dask scheduler answers ({type(error).__name__})",
            "start one with `dask scheduler`, or try local:2",
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_TIMEOUT)
        except DaskTimeoutError:
            raise InputError(
                address, "its scheduler has no workers", f"start some with `dask worker {address}`"
            ) from None
        yield client
