"""What every request passes before anything of its body is taken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lungseg.serve.admission import Admission
from lungseg.serve.auth import is_foreign, is_own_host, knows_token
from lungseg.serve.metrics import Metrics
from lungseg.serve.problems import problem
from lungseg.serve.settings import Settings

#: Requests that bring a scan.
UPLOADS = frozenset({"/v1/predict", "/v1/mask", "/page/gradio_api/upload"})

#: Bytes that any other request may bring.
_SMALL = 1 << 16

#: Anybody may ask whether the server is there.
_OPEN = "/healthz"

#: Browsers ask nobody but this server for anything, and show its pages in no other's.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        # Gradio's own page runs inline scripts, and makes functions of its templates.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'; worker-src 'self' blob:; "
        "font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """Check who asks, and how much; count; add the headers that keep browsers in.

    Parameters
    ----------
    app : ASGI application
    settings : Settings
    admission : Admission
    metrics : Metrics
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, admission: Admission, metrics: Metrics
    ) -> None:
        self.app = app
        self.settings = settings
        self.admission = admission
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            # Nothing here speaks over web sockets.
            await send({"type": "websocket.close", "code": 1008})
            return
        start, status = time.monotonic(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, scope["path"])
            await send(message)

        try:
            await self._pass(scope, receive, answer)
        finally:
            # The size of what is counted must not grow with what clients make up.
            route = scope["path"] if status not in (404, 405) else "other"
            known = route.startswith("/v1/") or route in (_OPEN, "/metrics", "/openapi.json")
            name = route if known else "/page" if route.startswith("/page") else "other"
            method = scope["method"] if scope["method"] in ("GET", "POST", "HEAD") else "other"
            self.metrics.request(method, name, status, time.monotonic() - start)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        brings = scope["method"] == "POST" and scope["path"] in UPLOADS
        if not brings:
            await self.app(scope, _Counted(receive, _SMALL), send)
            return
        if not self.admission.enter():
            after = {"Retry-After": str(self.admission.retry_after)}
            full = problem(503, "the queue is full", "come again later", headers=after)
            await full(scope, receive, send)
            return
        try:
            limits = self.settings.limits
            counted = _Counted(receive, limits.upload_bytes, limits.idle_seconds)
            await self.app(scope, counted, send)
            self.metrics.received(counted.size)
        finally:
            self.admission.leave()

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        """Make the answer to a request that must not pass."""
        token, host = self.settings.token, headers.get("host")
        if token is None and not is_own_host(host):
            return problem(403, "the request names another host", "ask for 127.0.0.1")
        secret = token is not None and scope["path"] != _OPEN
        if secret and not knows_token(headers.get("authorization"), token or ""):
            # Browsers ask for this one; a second one beside it would confuse them.
            ways = {"WWW-Authenticate": 'Basic realm="lungseg"'}
            return problem(401, "the token is missing or wrong", "give it", headers=ways)
        if scope["method"] == "POST" and is_foreign(headers.get("origin"), host):
            return problem(403, "the request comes from another site", "use this server's page")
        most = self.settings.limits.upload_bytes if scope["path"] in UPLOADS else _SMALL
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > most:
            return problem(413, *_too_large(most))
        return None


class _Counted:
    """Receives a body up to a limit, from a client that does not fall silent."""

    def __init__(self, receive: Receive, most: int, idle: float = 30.0) -> None:
        self.receive = receive
        self.most = most
        self.idle = idle
        self.size = 0
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:
            # What comes now is that the client has gone, whenever that may be.
            return await self.receive()
        try:
            message = await asyncio.wait_for(self.receive(), self.idle)
        except (TimeoutError, asyncio.TimeoutError):
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "the upload has stopped") from None
        if message["type"] == "http.request":
            self.size += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self.size > self.most:
                raise HTTPException(413, "; ".join(_too_large(self.most)))
        return message


def _too_large(most: int) -> tuple[str, str]:
    return f"the request is larger than {most >> 10} kB", "cut the scan to the chest, or zip it"


def _add_headers(message: Message, path: str) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        # The page's own scripts and styles change with their names alone.
        if name == "Cache-Control" and path.startswith(("/page/assets", "/page/static")):
            continue
        headers[name] = value
