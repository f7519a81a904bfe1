"""Results that the page still shows: in memory, for a while, and not too many."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from lungseg.errors import InputError

if TYPE_CHECKING:
    from lungseg.pipeline.prediction import Prediction


class Results:
    """The last results, under tokens that cannot be guessed.

    Parameters
    ----------
    most_bytes : int
        Of voxels altogether; the newest is kept whatever its size.
    seconds : float
        After which one that nobody looks at is dropped.

    Examples
    --------
    >>> results = Results(1 << 30, 1800)
    >>> results.get("no such token")
    Traceback (most recent call last):
    lungseg.errors.InputError: result: it is no longer here; analyse the scan again
    """

    def __init__(self, most_bytes: int, seconds: float) -> None:
        self.most_bytes = most_bytes
        self.seconds = seconds
        self._kept: OrderedDict[str, tuple[Prediction, float]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, prediction: Prediction) -> str:
        """Keep a result; return its token."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._kept[token] = (prediction, time.monotonic())
            self._drop(time.monotonic())
        return token

    def get(self, token: str) -> Prediction:
        """Look at a result, which keeps it alive.

        Raises
        ------
        lungseg.InputError
            If it is no longer there.
        """
        with self._lock:
            self._drop(time.monotonic())
            if token not in self._kept:
                raise InputError("result", "it is no longer here", "analyse the scan again")
            prediction = self._kept.pop(token)[0]
            self._kept[token] = (prediction, time.monotonic())
            return prediction

    def drop_old(self) -> None:
        """Drop what nobody has looked at for long."""
        with self._lock:
            self._drop(time.monotonic())

    def __len__(self) -> int:
        return len(self._kept)

    def _drop(self, now: float) -> None:
        """Drop what is old, then the oldest, until the rest is small enough."""
        for token in [t for t, (_, seen) in self._kept.items() if now - seen > self.seconds]:
            del self._kept[token]
        total = sum(_size(prediction) for prediction, _ in self._kept.values())
        while total > self.most_bytes and len(self._kept) > 1:
            total -= _size(self._kept.popitem(last=False)[1][0])


def _size(prediction: Prediction) -> int:
    grids = (prediction.scan, prediction.mask, prediction.infection, prediction.heatmap)
    return sum(grid.voxels.nbytes for grid in grids if grid is not None)
