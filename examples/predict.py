"""Classify scans: ``python examples/predict.py FILE_OR_FOLDER...``; a phantom without any."""

from __future__ import annotations

import sys
from pathlib import Path

import lungseg


def main() -> None:
    inputs = sys.argv[1:] or [lungseg.phantom(slices=16, size=128)]
    pipeline = lungseg.Pipeline.from_pretrained()
    for number, prediction in enumerate(pipeline.analyze(inputs)):
        print(prediction)
        for warning in prediction.warnings:
            print("  warning:", warning)
        prediction.save(Path("example-out") / str(number))


if __name__ == "__main__":
    main()
