"""Load a server: many requests from many clients, each answer compared with the library's own.

python benchmarks/serve.py [--requests 200] [--clients 20] [--queue 16]

Prints one JSON document: answers, lost and wrong ones, times, and the server's memory. The
scans are single slices of phantoms, and every tenth upload is broken. The server runs in a
process of its own, as `lungseg serve` starts it; a full queue is asked again as it says.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

import lungseg
from lungseg.preprocess.window import Window

#: Different pictures; each is asked for many times.
_PICTURES = 8

_BROKEN = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--queue", type=int, default=16, help="fewer than clients: some wait")
    given = parser.parse_args()
    pictures = [picture(seed) for seed in range(_PICTURES)]
    expected = answers(pictures)
    command = [sys.executable, "-c", "from lungseg.cli import main; main()", "serve"]
    command += ["--port", "0", "--queue", str(given.queue)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout is not None  # noqa: S101 - it is a pipe
        url = server.stdout.readline().split()[0]
        try:
            print(json.dumps(load(url, server.pid, given, pictures, expected), indent=2))
        finally:
            server.terminate()


def picture(seed: int) -> bytes:
    grey = Window().apply(lungseg.phantom(slices=1, size=256, seed=seed, opacities=seed).voxels[0])
    written = BytesIO()
    Image.fromarray(grey).save(written, "png")
    return written.getvalue()


def answers(pictures: list[bytes]) -> list[dict[str, float]]:
    pipeline = lungseg.Pipeline.from_pretrained()
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, content in enumerate(pictures):
            paths.append(Path(folder) / f"{number}.png")
            paths[-1].write_bytes(content)
        return [prediction.to_dict()["probabilities"] for prediction in pipeline.analyze(paths)]


def load(
    url: str, pid: int, given: Any, pictures: list[bytes], expected: list[dict[str, float]]
) -> dict[str, Any]:
    # The first request builds the graphs of the networks.
    for _ in range(2):
        ask(url, 0, pictures)
    before, samples, over = memory(pid), [], threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            samples.append(memory(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.monotonic()
    with ThreadPoolExecutor(given.clients) as clients:
        asked = list(clients.map(lambda number: ask(url, number, pictures), range(given.requests)))
    seconds = time.monotonic() - start
    over.set()
    watcher.join()
    right = [is_right(number, answer, expected) for number, (answer, _, _) in enumerate(asked)]
    times = [taken for _, taken, _ in asked]
    half = len(samples) // 2
    return {
        "requests": given.requests,
        "clients": given.clients,
        "queue": given.queue,
        "cores": len(os.sched_getaffinity(0)),
        "processor": platform.processor() or platform.machine(),
        "lost": sum(answer is None for answer, _, _ in asked),
        "wrong": sum(not one for one in right),
        "sent_again_after_503": sum(again for _, _, again in asked),
        "seconds": round(seconds, 1),
        "requests_a_second": round(given.requests / seconds, 2),
        "seconds_median_p95_max": [
            round(float(np.percentile(times, share)), 2) for share in (50, 95, 100)
        ],
        "memory_mb_before_first_half_second_half": [
            round(part / 2**20)
            for part in (before, max(samples[:half] or [0]), max(samples[half:] or [0]))
        ],
        "scans_a_batch": batches(url),
    }


def ask(url: str, number: int, pictures: list[bytes]) -> tuple[httpx.Response | None, float, int]:
    """Ask until the queue has a place; return the answer, the time and how often it had none."""
    broken = number % _BROKEN == _BROKEN - 1
    content = b"dear colleague" if broken else pictures[number % len(pictures)]
    start, again = time.monotonic(), 0
    with httpx.Client(timeout=600) as client:
        while True:
            try:
                files = {"file": (f"{number}.png", content)}
                answer = client.post(f"{url}v1/predict", files=files)
            except httpx.HTTPError:
                return None, time.monotonic() - start, again
            if answer.status_code != 503:
                return answer, time.monotonic() - start, again
            again += 1
            time.sleep(int(answer.headers["retry-after"]))


def is_right(number: int, answer: httpx.Response | None, expected: list[dict[str, float]]) -> bool:
    if answer is None or answer.json()["input"] != f"{number}.png":
        return False
    if number % _BROKEN == _BROKEN - 1:
        return answer.status_code == 422
    found, true = answer.json()["probabilities"], expected[number % len(expected)]
    return found.keys() == true.keys() and all(abs(found[k] - true[k]) < 1e-6 for k in true)


def memory(pid: int) -> int:
    """Resident bytes of a process, on Linux."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def batches(url: str) -> float:
    """Return the mean number of scans in a batch."""
    lines = httpx.get(f"{url}metrics").text.splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    counted = float(found["lungseg_batch_scans_sum"]), float(found["lungseg_batch_scans_count"])
    return round(counted[0] / counted[1], 1)


if __name__ == "__main__":
    main()
