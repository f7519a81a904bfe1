"""How many requests are taken in, and when the others may come again."""

from __future__ import annotations

import math
import threading
import time
from collections import deque


class Admission:
    """Places for requests with an upload; there are only so many.

    Parameters
    ----------
    places : int

    Examples
    --------
    >>> admission = Admission(1)
    >>> admission.enter(), admission.enter()
    (True, False)
    >>> admission.leave()
    >>> admission.taken
    0
    """

    def __init__(self, places: int) -> None:
        self.places = places
        self.taken = 0
        self._lock = threading.Lock()
        self._left: deque[float] = deque(maxlen=20)

    def enter(self) -> bool:
        """Take a place; False where none is free."""
        with self._lock:
            if self.taken >= self.places:
                return False
            self.taken += 1
            return True

    def leave(self) -> None:
        """Give a place back."""
        with self._lock:
            self.taken -= 1
            self._left.append(time.monotonic())

    @property
    def retry_after(self) -> int:
        """Whole seconds, 1 to 60, until a place is likely to be free.

        The mean time between the last requests that left.
        """
        with self._lock:
            if len(self._left) < 2:
                return 5
            pace = (self._left[-1] - self._left[0]) / (len(self._left) - 1)
        return max(1, min(60, math.ceil(pace)))
