"""What Prometheus may ask of a server."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """Counters of one server; nothing in them names a client or a file.

    Parameters
    ----------
    waiting : callable
        Says how many scans wait.
    taken_in : callable
        Says how many requests are taken in at present.

    Examples
    --------
    >>> metrics = Metrics(waiting=lambda: 3, taken_in=lambda: 4)
    >>> metrics.scan(kind="predict", outcome="answered")
    >>> b'lungseg_waiting_scans 3.0' in metrics.page()
    True
    """

    def __init__(self, waiting: Callable[[], int], taken_in: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "lungseg_requests",
            "Requests by route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "lungseg_request_seconds",
            "Time from the first byte of a request to the last of its answer.",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._scans = Counter(
            "lungseg_scans", "Scans by outcome.", ["kind", "outcome"], registry=self.registry
        )
        self._batches = Histogram(
            "lungseg_batch_scans",
            "Scans in a batch.",
            buckets=(1, 2, 4, 8, 16, 32),
            registry=self.registry,
        )
        self._bytes = Counter(
            "lungseg_upload_bytes", "Bytes that clients sent.", registry=self.registry
        )
        for name, what, value in (
            ("lungseg_waiting_scans", "Scans that nobody has begun.", waiting),
            ("lungseg_taken_in_requests", "Requests with an upload, under way.", taken_in),
        ):
            Gauge(name, what, registry=self.registry).set_function(value)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def scan(self, kind: str, outcome: str) -> None:
        """Count a scan."""
        self._scans.labels(kind, outcome).inc()

    def batch(self, size: int) -> None:
        """Count a batch."""
        self._batches.observe(size)

    def received(self, size: int) -> None:
        """Count bytes of an upload."""
        self._bytes.inc(size)

    def page(self) -> bytes:
        """Write everything as Prometheus reads it."""
        return generate_latest(self.registry)
