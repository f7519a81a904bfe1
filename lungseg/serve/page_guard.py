"""What of Gradio is reached from outside: the page's own needs, and nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lungseg.serve.problems import problem

#: Gradio can fetch addresses, serve files, take videos, write code …; the page does without.
_REACHED = {
    "GET": re.compile(
        r"/page/(assets/[\w./-]+|static/[\w./-]+|theme\.css|config|"
        r"gradio_api/(queue/data|startup-events|heartbeat/\w+|theme\.css))?"
    ),
    "POST": re.compile(r"/page/gradio_api/(queue/join|cancel|reset)/?"),
}


class PageGuard:
    """Let pass what the page needs of Gradio, and take file objects out of its events.

    An event that holds one would make Gradio read a path of this machine, or fetch an
    address. Here it arrives as a plain value: the token of an upload.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        other = scope["type"] != "http" or not path.startswith("/page/")
        if other or path in _OWN:
            await self.app(scope, receive, send)
            return
        pattern = _REACHED.get("GET" if scope["method"] == "HEAD" else scope["method"])
        if pattern is None or not pattern.fullmatch(path) or ".." in path:
            await problem(404, "there is nothing here")(scope, receive, send)
            return
        if scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        try:
            plain = json.dumps(without_files(json.loads(await _body(receive)))).encode("utf-8")
        except HTTPException as error:
            await problem(error.status_code, error.detail)(scope, receive, send)
            return
        except (ValueError, RecursionError):
            await problem(400, "the body is no JSON")(scope, receive, send)
            return
        await self.app(_resized(scope, len(plain)), _Given(plain, receive), send)


#: Answered here and not by Gradio.
_OWN = frozenset({"/page/gradio_api/upload", "/page/gradio_api/upload_progress"})


def without_files(value: Any) -> Any:
    """Take from a JSON document what makes Gradio see a file in it.

    Examples
    --------
    >>> without_files([{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}])
    [{'path': '/etc/passwd'}]
    """
    if isinstance(value, dict):
        return {key: without_files(part) for key, part in value.items() if key != "meta"}
    if isinstance(value, list):
        return [without_files(part) for part in value]
    return value


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
    return body


def _resized(scope: Scope, size: int) -> Scope:
    kept = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    return {**scope, "headers": [*kept, (b"content-length", str(size).encode("ascii"))]}


class _Given:
    """Receives a body that is already here, and then whatever comes."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self.body: bytes | None = body
        self.receive = receive

    async def __call__(self) -> Message:
        if self.body is None:
            return await self.receive()
        body, self.body = self.body, None
        return {"type": "http.request", "body": body, "more_body": False}
