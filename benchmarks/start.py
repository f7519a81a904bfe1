"""From the start of a process to the first result, and what a scan more takes.

    python benchmarks/start.py [--slices 16] [--repeat 3]

Each figure comes from a process of its own, in which a phantom is marked, classified or explained
by the shipped weights: by Keras on TensorFlow, and by OpenVINO from the graphs that are stored with
them. The lungs are known; what their mask takes is not counted. The least of the repeats is kept,
since a process that waits for others is no slower by itself.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

#: Run in a child: prints the seconds until the first scan is done, and those of a second one.
_CHILD = """
import time
began = time.perf_counter()
import sys
import lungseg
from lungseg.scan import MaskedScan
kind, task, engine, slices = *sys.argv[1:4], int(sys.argv[4])
scan, mask = lungseg.phantom(slices=slices, size=256, opacities=3, return_mask=True)
made = time.perf_counter()
estimator = getattr(lungseg, kind).from_pretrained().set_params(engine=engine)
run = getattr(estimator, task)
run([MaskedScan(scan, mask)])
first = time.perf_counter()
run([MaskedScan(scan, mask)])
print(made - began, first - made, time.perf_counter() - first)
"""

_TASKS = (
    ("CTClassifier", "predict_proba"),
    ("CTClassifier", "explain"),
    ("InfectionSegmenter", "predict_proba"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=16, help="Of the phantom.")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    print(f"{given.slices} slices, least of {given.repeat}: seconds to the first, to one more")
    for kind, task in _TASKS:
        found = {
            engine: [measure(kind, task, engine, given.slices) for _ in range(given.repeat)]
            for engine in ("keras", "auto")
        }
        least = {
            engine: [min(part) for part in zip(*rows, strict=True)]
            for engine, rows in found.items()
        }
        for engine, (first, more) in least.items():
            name = "OpenVINO" if engine == "auto" else "Keras"
            ratios = [base / one for base, one in zip(least["keras"], (first, more), strict=True)]
            print(
                f"{kind}.{task} on {name}: {first:.1f} s, {more:.1f} s; "
                f"{ratios[0]:.1f} and {ratios[1]:.1f} times as fast as Keras"
            )


def measure(kind: str, task: str, engine: str, slices: int) -> tuple[float, float]:
    """Seconds to the first result, and to a second one."""
    command = [sys.executable, "-c", _CHILD, kind, task, engine, str(slices)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    printed = ran.stdout
    _, first, more = map(float, printed.split())
    return first, more


if __name__ == "__main__":
    main()
