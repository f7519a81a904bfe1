"""Servers in processes of their own: started, asked, and killed in the middle of a request."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import httpx
import pytest

from tests.lungseg.serve.running import until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

#: A server whose pipeline takes its time, without the seconds it takes to load a real one.
SLOW = """
import sys, time
from lungseg.serve import run, app
class Slow:
    infection = None
    def iterate(self, scans, on_error):
        for scan in scans:
            time.sleep(20)
            yield scan
make = app.make_app
run.make_app = lambda *given: make(*given, page=False)
from lungseg.serve.settings import Settings
run.run(Slow(), "slow", Settings(port=0))
"""


def start(words: list[str], folder) -> tuple[subprocess.Popen[str], str]:
    environment = {**os.environ, "TMPDIR": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3"}
    process = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, text=True, env=environment
    )
    return process, process.stdout.readline().split()[0]


def ask(url: str, content: bytes) -> None:
    def send() -> None:
        files = {"file": ("scan.png", content)}
        try:
            httpx.post(f"{url}v1/predict", files=files, timeout=60)
        except httpx.HTTPError:
            return

    threading.Thread(target=send, daemon=True).start()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_kill_in_the_middle_of_a_request_leaves_no_file(tmp_path, picture, how) -> None:
    process, url = start(["-c", SLOW], tmp_path)
    for _ in range(2):
        ask(url, picture)
    until(lambda: len(list(tmp_path.rglob("scan.png"))) == 2)
    process.send_signal(how)
    process.wait(15)
    if how == signal.SIGKILL:
        # Nothing of the server is left that could do it: its watcher does.
        until(lambda: not list(tmp_path.glob("lungseg-serve-*")), 10)
    assert not list(tmp_path.glob("lungseg-serve-*"))
    assert not list(tmp_path.rglob("scan*"))


def test_the_command_serves_and_stops(tmp_path) -> None:
    command = ["-c", "from lungseg.cli import main; main()", "serve", "--port", "0"]
    process, url = start(command, tmp_path)
    with httpx.Client(base_url=url, timeout=60, follow_redirects=True) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/v1/models").json()["models"][0]["name"] == "covid-ct"
        assert "gradio" in client.get("/").text
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not list(tmp_path.glob("lungseg-serve-*"))
