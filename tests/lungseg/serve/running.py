"""A server in a thread, for tests that ask it as programs and browsers do."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from lungseg.serve.app import make_app
from lungseg.serve.scratch import Scratch
from lungseg.serve.service import Service
from lungseg.serve.settings import Settings


@dataclass
class Running:
    app: Any
    service: Service
    folder: Path
    url: str
    client: httpx.Client

    def post(self, path: str, content: bytes, name: str = "a.png", **options: Any) -> Any:
        files = {"file": (name, content, "application/octet-stream")}
        return self.client.post(path, files=files, **options)

    def left(self) -> list[str]:
        """What lies in the private folder, but for the lock and Gradio's own empty folder."""
        names = [p.name for p in self.folder.iterdir() if p.name not in ("lock", "gradio")]
        made = self.folder / "gradio"
        return names + [str(p) for p in made.rglob("*") if p.is_file()]


@contextlib.contextmanager
def serving(
    pipeline: Any, parent: Path, settings: Settings | None = None, *, page: bool = False
) -> Iterator[Running]:
    settings = settings or Settings(port=0)
    service = Service(pipeline, "tiny", settings.limits)
    with socket.socket() as listening, Scratch(parent) as scratch:
        listening.bind(("127.0.0.1", 0))
        app = make_app(service, scratch, settings, page=page)
        # Pages that are left open must not keep the test from its end.
        config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        until(lambda: server.started)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        token = settings.token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            yield Running(app, service, scratch.folder, url, client)
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


def until(true: Any, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)
