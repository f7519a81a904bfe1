"""Settings of a server: where it listens, who may ask, and how much."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address

MIB = 1 << 20

#: A token that can be guessed is none.
_SHORTEST_TOKEN = 16


@dataclass(frozen=True)
class Limits:
    """How much a server takes, and how long it waits.

    Parameters
    ----------
    upload_bytes : int
        Of one request.
    unpacked_bytes : int
        Of a zip or of a compressed file, once it is unpacked.
    files : int
        In a zip.
    ratio : int
        By which a zip may shrink its files: scans shrink by 2 to 50.
    voxels : int
        Of a scan: 256 Mi are 1024 slices of 512 × 512.
    queue : int
        Requests that are taken in at a time; more are answered 503.
    batch : int
        Scans that are handed to the pipeline at a time.
    idle_seconds : float
        Longest silence of a client in the middle of an upload.
    results_bytes, results_seconds : int
        What the page keeps in memory of its last results, and for how long.

    Examples
    --------
    >>> Limits().upload_bytes // MIB
    512
    """

    upload_bytes: int = 512 * MIB
    unpacked_bytes: int = 2048 * MIB
    files: int = 4000
    ratio: int = 200
    voxels: int = 256 * MIB
    queue: int = 32
    batch: int = 8
    idle_seconds: float = 30.0
    results_bytes: int = 1024 * MIB
    results_seconds: int = 1800

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value <= 0:
                raise ValueError(f"{name} must be above 0, got {value}")


@dataclass(frozen=True)
class Settings:
    """Where a server listens, and who may ask.

    Parameters
    ----------
    host : str
        Name or address to listen on.
    port : int
    token : str, optional
        What clients must know; needed for every host but the machine's own.
    limits : Limits

    Raises
    ------
    ValueError
        If others could reach the server without a token, or the token is short.

    Examples
    --------
    >>> Settings().port
    8000
    >>> Settings("0.0.0.0")
    Traceback (most recent call last):
    ValueError: others can reach the host '0.0.0.0': give a token (--token, or LUNGSEG_TOKEN)
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = field(default=None, repr=False)
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        if not 0 <= self.port < 65536:
            raise ValueError(f"port must be 0 to 65535, got {self.port}")
        if self.token is None and not is_loopback(self.host):
            raise ValueError(
                f"others can reach the host {self.host!r}: give a token (--token, or LUNGSEG_TOKEN)"
            )
        if self.token is not None and len(self.token) < _SHORTEST_TOKEN:
            raise ValueError(f"the token must have at least {_SHORTEST_TOKEN} characters")


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches a host; a name but localhost counts as no.

    Examples
    --------
    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "a.org")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
