"""Dice against seconds for widths of BCDU-Net D3: what the default is chosen by.

python benchmarks/widths.py --data DATA [--widths 4,8,16,32] [--figure FILE] [--json FILE]

Each width is trained alike and for a short time in small frames, and cross-validated by
patient, so that only the differences between widths say something. Its seconds are those of
a slice in the frame that ships, on the fastest engine here. Widths that FILE of an earlier call
holds are not trained again; all are timed in this call.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold

import lungseg
from lungseg.backend import compute_type
from lungseg.cli.training import three_splits
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.dice import dice
from lungseg.inference.engine import make_engine
from lungseg.io.masks import read_mask
from lungseg.manifest import Manifest, read_manifest
from lungseg.networks import build
from lungseg.networks.export import can_export, to_onnx

_FOLDS, _EPOCHS, _SIDE, _SHIPPED_SIDE = 2, 20, 96, 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--widths", default="4,8,16,32")
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = read_manifest(given.data / "kmader_lungs/manifest.csv", need=("mask",))
    train, val, _ = three_splits(rows, test=0.15, validation=0.1, seed=0)
    part = Manifest(rows.path, train.rows + val.rows)
    earlier = (
        json.loads(given.json.read_text("utf-8")) if given.json and given.json.exists() else []
    )
    results = {result["width"]: result for result in earlier}
    for width in map(int, given.widths.split(",")):
        if width not in results:
            results[width] = measure(width, part)
            if given.json:
                given.json.write_text(json.dumps([*results.values()], indent=2), "utf-8")
    for width, result in results.items():
        result["seconds"] = seconds(width)
    results = dict(sorted(results.items()))
    print("width  Dice                              s a slice")
    for result in results.values():
        interval = f"{result['dice']:.4f} [{result['low']:.4f}, {result['high']:.4f}]"
        print(f"{result['width']:>5}  {interval}, n = {result['n']}  {result['seconds']:.4f}")
    if given.json:
        given.json.write_text(json.dumps([*results.values()], indent=2), "utf-8")
    if given.figure:
        draw([*results.values()], given.figure)


def measure(width: int, part: Manifest) -> dict[str, Any]:
    """Cross-validate a width by patient."""
    scores = np.zeros(len(part))
    folds = GroupKFold(_FOLDS).split(part.files, groups=part.patients)
    for keep, aside in folds:
        inside, outside = part.take(keep), part.take(aside)
        masker = lungseg.LungMasker(
            filters=width, input_size=_SIDE, epochs=_EPOCHS, learning_rate=1e-3
        )
        with compute_type("mixed_bfloat16"):
            masker.fit(inside.files, inside.masks)
        found = masker.iterate(outside.files)
        for index, item, mask in zip(aside, found, outside.masks, strict=True):
            scores[index] = dice(item.mask.lungs, read_mask(mask, item.scan))
    mean = bootstrap_estimate(np.mean, part.patients, scores)
    return {
        "width": width,
        "dice": mean.value,
        "low": mean.low,
        "high": mean.high,
        "n": mean.n,
    }


def seconds(width: int, slices: int = 24) -> float:
    """Time a slice in the frame that ships."""
    network = build("bcdunet-d3", (None, None, 1), 1, filters=width)
    exported = to_onnx(network) if can_export() else None
    engine = make_engine("auto", keras=lambda: network, onnx=lambda: exported)
    grey = np.random.default_rng(0).integers(0, 255, (slices, _SHIPPED_SIDE, _SHIPPED_SIDE))
    engine(grey[:4].astype(np.uint8))
    start = time.perf_counter()
    engine(grey.astype(np.uint8))
    return (time.perf_counter() - start) / slices


def draw(results: list[dict[str, Any]], path: Path) -> None:
    """Draw Dice against seconds."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.5, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for result in results:
        spread = [[result["dice"] - result["low"]], [result["high"] - result["dice"]]]
        axes.errorbar(result["seconds"], result["dice"], spread, fmt="o", color="#0072B2")
        axes.annotate(
            f"{result['width']} filters",
            (result["seconds"], result["dice"]),
            xytext=(6, -12),
            textcoords="offset points",
        )
    axes.set(xscale="log", xlabel="seconds a slice of 256²", ylabel="mean Dice, 95 % interval")
    seconds = [result["seconds"] for result in results]
    axes.set_xticks(seconds, [f"{value:.4f}" for value in seconds])
    axes.set_xticks([], minor=True)
    axes.set_xlim(min(seconds) / 1.3, max(seconds) * 2)
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
