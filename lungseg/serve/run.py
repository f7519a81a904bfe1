"""Run a server until it is stopped."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any

import uvicorn

from lungseg.serve.app import make_app
from lungseg.serve.scratch import Scratch
from lungseg.serve.service import Service
from lungseg.serve.settings import Settings

#: Requests under way get so many seconds to be answered when the server is stopped.
_GRACE = 5


def run(pipeline: Any, name: str, settings: Settings) -> None:
    """Run a server in this process until it is stopped by a signal.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted, with an infection stage.
    name : str
        What clients know it by.
    settings : Settings
    """
    service = Service(pipeline, name, settings.limits)
    # The server hands its signal on when it has ended: this process must not die of it before
    # its folder is gone.
    signal.signal(signal.SIGTERM, _stop)
    try:
        _serve(service, settings)
    finally:
        if not service.at_rest:
            # A network cannot be stopped in the middle, and Python crashes if it ends under it.
            sys.stdout.flush()
            os._exit(0)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _serve(service: Service, settings: Settings) -> None:
    with Scratch() as scratch:
        app = make_app(service, scratch, settings)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            # Nothing here speaks over web sockets, and no header names what runs here.
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
        _Server(config).run()


class _Server(uvicorn.Server):
    """Says where it listens once it does: the port may have been free to choose."""

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        for server in self.servers:
            for socket in server.sockets:
                host, port = socket.getsockname()[:2]
                shown = f"[{host}]" if ":" in host else host
                print(f"http://{shown}:{port}/  (not a medical device)", flush=True)
