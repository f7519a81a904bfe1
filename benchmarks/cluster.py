"""How much faster two workers are than one: a ratio, measured in one run.

    python benchmarks/cluster.py [--scans 40] [--slices 8] [--workers 1 2]

Each worker is one process that is bound to one core, so that one worker cannot use the core
of the other. The order is a, b, b, a: what else the machine does falls on both. Tasks that do
nothing are counted, too: they show how many workers one scheduler can keep busy.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import tempfile
import time
from pathlib import Path

import SimpleITK as sitk

import lungseg
from lungseg.cluster import ResultLog, Weights, run_tasks
from lungseg.cluster.mask_job import MaskJob


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=40, help="In each run.")
    parser.add_argument("--slices", type=int, default=8)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--empty", type=int, default=2000, help="How many tasks do nothing.")
    parser.add_argument("--workers", type=int, nargs=2, default=[1, 2])
    options = parser.parse_args()
    few, many = options.workers
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        scans = write_scans(folder, options.scans, options.slices, options.size)
        seconds: dict[int, list[float]] = {few: [], many: []}
        for number, workers in enumerate((few, many, many, few)):
            seconds[workers].append(run(scans, folder / f"out{number}", workers))
        empty = empty_tasks_per_second(folder, options.empty)
    found = {
        "scans": options.scans,
        "slices": options.slices,
        "size": options.size,
        "seconds": seconds,
        "ratio": round(sum(seconds[few]) / sum(seconds[many]), 2),
        "empty_tasks_per_second": empty,
        "load": os.getloadavg(),
        "cores": sorted(os.sched_getaffinity(0)),
    }
    print(json.dumps(found, indent=2))


def write_scans(folder: Path, count: int, slices: int, size: int) -> dict[str, tuple[str, str]]:
    tasks = {}
    for seed in range(count):
        path = str(folder / f"{seed}.nii.gz")
        scan = lungseg.phantom(slices=slices, size=size, seed=seed)
        sitk.WriteImage(sitk.GetImageFromArray(scan.voxels), path)
        tasks[path] = (path, str(seed))
    return tasks


def run(tasks: dict[str, tuple[str, str]], out: Path, workers: int) -> float:
    """Seconds for all scans, without the start of the workers and the loading of weights."""
    from distributed import Client, LocalCluster

    out.mkdir()
    job = MaskJob(str(out), Weights.of("lungs"))
    with (
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
        ResultLog(out / "results.jsonl") as log,
    ):
        cores = sorted(os.sched_getaffinity(0))
        for number, worker in enumerate(client.nthreads()):
            core = cores[number % len(cores)]
            client.run(bind, core, workers=[worker])
        first = next(iter(tasks.values()))
        client.run(job, first)  # loads the weights, on each worker
        begun = time.perf_counter()
        for outcome in run_tasks(job, tasks, address=cluster.scheduler_address):
            assert outcome.ok, outcome.error  # noqa: S101 - a failure is no measurement
            log.append(outcome.to_dict())
        return round(time.perf_counter() - begun, 2)


def bind(core: int) -> None:
    # A thread has its own affinity, and the one that runs the tasks may be there already.
    for thread in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(thread), {core})


def empty_tasks_per_second(folder: Path, count: int) -> float:
    """What client, scheduler and the file of results can take when the work takes no time."""
    tasks = {f"/a/path/as/long/as/paths/are/{number}.nii.gz": 0.0 for number in range(count)}
    begun = None
    with ResultLog(folder / "empty.jsonl") as log:
        for outcome in run_tasks(time.sleep, tasks, address="local:2"):
            begun = begun or time.perf_counter()
            log.append(outcome.to_dict())
    return round((count - 1) / (time.perf_counter() - (begun or 0)), 1)


if __name__ == "__main__":
    main()
