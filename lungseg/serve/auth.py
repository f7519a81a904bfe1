"""Who may ask: the token, and the pages that may send requests."""

from __future__ import annotations

import base64
import binascii
import hmac
from urllib.parse import urlsplit

from lungseg.serve.settings import is_loopback


def knows_token(header: str | None, token: str) -> bool:
    """Tell whether an ``Authorization`` header holds the token.

    Parameters
    ----------
    header : str or None
        ``Bearer TOKEN``; or, as browsers ask for it, ``Basic`` with the token as the
        password of any user.
    token : str

    Returns
    -------
    bool
        Found in a time that does not depend on where the two differ.

    Examples
    --------
    >>> knows_token("Bearer right", "right"), knows_token("Bearer wrong", "right")
    (True, False)
    """
    kind, _, given = (header or "").partition(" ")
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    elif kind.lower() != "bearer":
        given = ""
    # Latin-1 is what servers decode headers with; the token itself may be anything.
    return hmac.compare_digest(given.strip().encode("utf-8"), token.encode("utf-8"))


def is_own_host(host: str | None) -> bool:
    """Tell whether a ``Host`` header names this machine itself.

    Without a token this keeps out pages whose own name was made to point at this machine
    (DNS rebinding).

    Examples
    --------
    >>> is_own_host("127.0.0.1:8000"), is_own_host("[::1]:80"), is_own_host("evil.example")
    (True, True, False)
    """
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and is_loopback(name)


def is_foreign(origin: str | None, host: str | None) -> bool:
    """Tell whether a browser sends a request for a page of somebody else.

    Parameters
    ----------
    origin : str or None
        The header ``Origin``; programs other than browsers send none.
    host : str or None
        The header ``Host``.

    Examples
    --------
    >>> is_foreign("http://localhost:80", "localhost:80"), is_foreign("http://a", "b")
    (False, True)
    """
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != (host or "").lower()
    except ValueError:
        return True
