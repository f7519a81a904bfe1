"""Wait for an answer for as long as somebody wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from typing import Any

_LOOK = 0.5


class ClientGoneError(Exception):
    """Nobody waits for the answer any more."""


def watched(future: Future[Any]) -> asyncio.Future[Any]:
    """Make a future that asyncio can wait for, and whose error may be left unread."""
    wrapped: asyncio.Future[Any] = asyncio.wrap_future(future)
    wrapped.add_done_callback(lambda done: done.cancelled() or done.exception())
    return wrapped


async def answer_of(future: Future[Any], gone: Callable[[], Awaitable[bool]]) -> Any:
    """Wait for a result; take the task back where the client has gone.

    Parameters
    ----------
    future : Future
        Of `Batcher.submit`.
    gone : callable
        Says whether the client has gone.

    Returns
    -------
    object
        The result.

    Raises
    ------
    ClientGoneError
        Only after the task is out of the worker's hands: then its files can go, too.

    Examples
    --------
    >>> future = Future()
    >>> future.set_result(3)
    >>> async def gone():
    ...     return False
    >>> asyncio.run(answer_of(future, gone))
    3
    """
    wrapped = watched(future)
    left = False
    while True:
        done, _ = await asyncio.wait({wrapped}, timeout=_LOOK)
        if done:
            break
        if not left and await gone():
            left = True
            future.cancel()
    try:
        result = wrapped.result()
    except (CancelledError, asyncio.CancelledError):
        raise ClientGoneError from None
    if left:
        raise ClientGoneError
    return result
