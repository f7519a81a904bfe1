"""How much faster two workers are than one: ratios, measured in one run.

    python benchmarks/cluster.py [--scans 16] [--slices 4] [--size 256]

1. Masks of phantoms by one worker and by two, each a process bound to one core, in the order one,
   two, two, one, so that what else the machine does falls on both. Beside the time on the clock
   stands the time of the processors: of a machine that does other work only that one tells
   whether a scan costs more when a second worker is at work.
2. Tasks that wait for a second, as if each worker had a machine to itself, by one worker and by
   eight: what Dask and the file of results leave of the eight.
3. Tasks that do nothing, many in flight: how many results a second can be taken.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import SimpleITK as sitk

import lungseg
from lungseg.cluster import ResultLog, Weights, run_tasks
from lungseg.cluster.mask_job import MaskJob

#: Start of a worker process, seconds.
_PATIENCE = 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=16, help="In each run.")
    parser.add_argument("--slices", type=int, default=4)
    parser.add_argument("--size", type=int, default=256)
    options = parser.parse_args()
    found: dict[str, Any] = {
        **vars(options),
        "cores": len(os.sched_getaffinity(0)),
        "load before": [round(load, 1) for load in os.getloadavg()],
    }
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        found["masks"] = measure_masks(folder, options.scans, options.slices, options.size)
        found["waiting"] = measure_waiting(folder, workers=8, seconds=1.0, tasks=32)
        found["results a second"] = measure_empty(folder, tasks=1500)
    found["load after"] = [round(load, 1) for load in os.getloadavg()]
    print(json.dumps(found, indent=2))


def start(workers: int, threads: int = 1) -> Any:
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=workers,
        threads_per_worker=threads,
        dashboard_address=":0",
        silence_logs=logging.CRITICAL,
    )


# === Masks ===


def measure_masks(folder: Path, scans: int, slices: int, size: int) -> dict[str, Any]:
    """Clock and processor seconds of one worker and of two."""
    from distributed import Client

    tasks = write_scans(folder, scans, slices, size)
    clock: dict[int, list[float]] = {1: [], 2: []}
    work: dict[int, list[float]] = {1: [], 2: []}
    with start(1) as cluster, Client(cluster, set_as_default=False) as client:
        for number, workers in enumerate((1, 2, 2, 1)):
            cluster.scale(workers)
            wait_for(client, workers)
            out = folder / f"out{number}"
            out.mkdir()
            job = MaskJob(str(out), Weights.of("lungs"))
            bind_each(client)
            client.run(job, next(iter(tasks.values())))  # loads the weights, on each worker
            before = sum(client.run(time.process_time).values())
            clock[workers].append(run(job, tasks, cluster.scheduler_address, out))
            after = sum(client.run(time.process_time).values())
            work[workers].append(round(after - before, 2))
    return {
        "clock seconds": clock,
        "processor seconds": work,
        "ratio by the clock": round(sum(clock[1]) / sum(clock[2]), 2),
        "ratio by the processors": round(2 * sum(work[1]) / sum(work[2]), 2),
    }


def write_scans(folder: Path, count: int, slices: int, size: int) -> dict[str, tuple[str, str]]:
    tasks = {}
    for seed in range(count):
        path = str(folder / f"{seed}.nii.gz")
        scan = lungseg.phantom(slices=slices, size=size, seed=seed)
        sitk.WriteImage(sitk.GetImageFromArray(scan.voxels), path)
        tasks[path] = (path, str(seed))
    return tasks


def wait_for(client: Any, workers: int) -> None:
    until = time.monotonic() + _PATIENCE
    while len(client.nthreads()) != workers:
        if time.monotonic() > until:
            raise TimeoutError(f"{workers} workers did not come")
        time.sleep(0.1)


def bind_each(client: Any) -> None:
    cores = sorted(os.sched_getaffinity(0))
    for number, worker in enumerate(sorted(client.nthreads())):
        client.run(bind, cores[-1 - number % len(cores)], workers=[worker])


def bind(core: int) -> None:
    # A thread has its own affinity, and the one that runs the tasks may be there already.
    for thread in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(thread), {core})


def run(job: Any, tasks: dict[str, Any], address: str, out: Path) -> float:
    """Seconds from the call to the last result on the disk."""
    begun = time.perf_counter()
    with ResultLog(out / "results.jsonl") as log:
        for outcome in run_tasks(job, tasks, address=address):
            if not outcome.ok:
                raise RuntimeError(outcome.error)
            log.append(outcome.to_dict())
    return round(time.perf_counter() - begun, 2)


# === The engine alone ===


def measure_waiting(folder: Path, *, workers: int, seconds: float, tasks: int) -> dict[str, Any]:
    """Seconds for tasks that take no processor, by one worker and by several."""
    waits = {str(number): seconds for number in range(tasks)}
    few = dict(list(waits.items())[: tasks // workers])
    with start(1) as cluster:
        one = run(time.sleep, few, cluster.scheduler_address, folder / "one") * workers
    with start(workers) as cluster:
        many = run(time.sleep, waits, cluster.scheduler_address, folder / "many")
    return {"workers": workers, "ratio": round(one / many, 2)}


def measure_empty(folder: Path, *, tasks: int) -> float:
    """Results a second that client, scheduler and file take when the work takes no time."""
    empty = {f"/paths/are/as/long/as/this/{number}.nii.gz": 0.0 for number in range(tasks)}
    with start(1, threads=64) as cluster:
        return round(tasks / run(time.sleep, empty, cluster.scheduler_address, folder / "empty"))


if __name__ == "__main__":
    main()
