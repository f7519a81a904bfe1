"""Measure a masker on everything here that says how right it is.

python benchmarks/masker.py --data DATA [--masker NAME|DIR] [--frame 288] [--body-scale 1.25]
    [--scales 1 --scales 1.2] [--threshold 0.6] [--split val] [--json FILE]

With `--split train` only what slices with a truth say is measured: how near the labels and the
masks come where the network has seen the labels.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.ndimage import distance_transform_edt

import lungseg
from lungseg.cli.training import three_splits
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.dice import dice
from lungseg.evaluation.surface import hausdorff95, surface_dice
from lungseg.io.masks import read_mask
from lungseg.manifest import Manifest, read_manifest, read_names
from lungseg.training.calibrate import evidence_and_dice

BY_EYE = Path(__file__).parent / "by_eye"
Figures = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--masker")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--frame", type=int, help="In place of the masker's input_size.")
    parser.add_argument("--body-scale", type=float, help="In place of the masker's.")
    parser.add_argument(
        "--scales", type=float, action="append", help="In place of the masker's; repeatable."
    )
    parser.add_argument("--threshold", type=float, help="In place of the masker's.")
    parser.add_argument("--split", choices=("train", "val", "test"), default="test")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    masker = lungseg.LungMasker.from_pretrained(given.masker).set_params(engine=given.engine)
    if given.frame:
        masker.set_params(input_size=given.frame)
    if given.body_scale:
        masker.set_params(body_scale=given.body_scale)
    if given.scales:
        masker.set_params(scales=tuple(given.scales))
    if given.threshold:
        masker.set_params(threshold=given.threshold)
    rows = read_manifest(given.data / "kmader_lungs/manifest.csv", need=("mask",))
    train, val, test = three_splits(rows, test=0.15, validation=0.1, seed=0)
    train = train.without(read_names(BY_EYE / "kmader_drop.txt"))
    part = {"train": train, "val": val, "test": test}[given.split]
    figures = {f"{given.split} slices": slices(masker, part)}
    if given.split != "train":
        figures |= others(masker, part, given.data)
    for name, group in figures.items():
        print(name)
        for figure, value in group.items():
            print(f"  {figure}: {value}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2), "utf-8")


def others(masker: lungseg.LungMasker, part: Manifest, data: Path) -> dict[str, Figures]:
    """Measure what is not a clean slice with a truth."""
    return {
        "turned and mirrored": turned(masker, part),
        "low resolution": low_resolution(masker, part, data),
        "expert pictures kept aside": expert_pictures(masker, data),
        "luna slices by eye": luna(masker, data),
        "confidence": confidence(masker, part),
    }


def slices(masker: lungseg.LungMasker, part: Manifest) -> Figures:
    """Dice and surfaces of slices with a truth; no spacing is known: pixels."""
    scores: dict[str, list[float]] = {"Dice": [], "surface Dice at 1 px": [], "HD95 in px": []}
    wrong, far = 0, 0
    for item, truth in zip(masker.iterate(part.files), part.masks, strict=True):
        found, true = item.mask.lungs[0], read_mask(truth, item.scan)[0]
        scores["Dice"].append(dice(found, true))
        scores["surface Dice at 1 px"].append(surface_dice(found, true, tolerance=1))
        scores["HD95 in px"].append(hausdorff95(found, true))
        edge = distance_transform_edt(~true) + distance_transform_edt(true)
        wrong += int((found != true).sum())
        far += int(((found != true) & (edge > 2)).sum())
    shown = {name: mean(values, part.patients) for name, values in scores.items()}
    order = np.argsort(scores["Dice"])[:3]
    worst = [f"{scores['Dice'][i]:.3f} {part.files[i].name}" for i in order]
    return {
        **shown,
        "median Dice": f"{np.median(scores['Dice']):.4f}",
        "worst Dice": f"{min(scores['Dice']):.4f}",
        "worst": ", ".join(worst),
        "share of the wrong pixels more than 2 px from an edge": f"{far / max(wrong, 1):.3f}",
    }


def turned(masker: lungseg.LungMasker, part: Manifest) -> Figures:
    """How much Dice is lost when the input is turned by quarters or mirrored."""
    moves = {
        "90°": lambda a: np.rot90(a, 1),
        "180°": lambda a: np.rot90(a, 2),
        "270°": lambda a: np.rot90(a, 3),
        "mirrored": lambda a: a[:, ::-1],
        "upside down": lambda a: a[::-1],
    }
    scans = [lungseg.read(file) for file in part.files]
    truths = [read_mask(mask, scan)[0] for mask, scan in zip(part.masks, scans, strict=True)]

    def mean_dice(move: Any) -> float:
        arrays = [
            lungseg.Scan.from_array(np.ascontiguousarray(move(scan.voxels[0])), units="HU")
            for scan in scans
        ]
        found = masker.predict(arrays)
        return float(
            np.mean([dice(m.lungs[0], move(t)) for m, t in zip(found, truths, strict=True)])
        )

    straight = mean_dice(lambda a: a)
    return {name: f"{mean_dice(move) - straight:+.4f}" for name, move in moves.items()}


def low_resolution(masker: lungseg.LungMasker, part: Manifest, data: Path) -> Figures:
    """Dice of slices brought to 128², and of a real scan of 64²."""
    scores = []
    for file, mask in zip(part.files, part.masks, strict=True):
        scan = lungseg.read(file)
        truth = read_mask(mask, scan)[0].astype(np.float32)
        small = cv2.resize(scan.voxels[0], (128, 128), interpolation=cv2.INTER_AREA)
        label = cv2.resize(truth, (128, 128), interpolation=cv2.INTER_AREA) >= 0.5
        found = masker.predict([lungseg.Scan.from_array(small, units="HU")])[0]
        scores.append(dice(found.lungs[0], label))
    shown: Figures = {"slices at 128², Dice": mean(scores, part.patients)}
    for nrrd in sorted(data.rglob("ct-64.nrrd")):
        scan = lungseg.read(nrrd)
        truth = read_mask(nrrd.with_name("wholeLung-64.nrrd"), scan)
        shown["CIP scan of 64², Dice (n = 1)"] = (
            f"{dice(masker.predict([scan])[0].lungs, truth):.4f}"
        )
    return shown


def expert_pictures(masker: lungseg.LungMasker, data: Path) -> Figures:
    """Lesion coverage and dark share: figures that need no lung truth."""
    names = read_names(BY_EYE / "semiseg_aside.txt")
    coverage, dark, blocks = [], [], []
    for index, name in enumerate(names):
        scan = lungseg.read(data / "covid_semiseg/expert/images" / name)
        mask = data / "covid_semiseg/expert/masks" / f"{Path(name).stem}.png"
        lesions = read_mask(mask, scan)[0]
        found, grey = masker.predict([scan])[0].lungs[0], scan.voxels[0]
        threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        healthy = found & ~lesions
        coverage.append(float(found[lesions].mean()) if lesions.any() else 1.0)
        dark.append(float((grey[healthy] < threshold).mean()) if healthy.any() else 0.0)
        blocks.append(index // 5)  # neighbours may be of one patient
    return {
        "lesion coverage": mean(coverage, blocks),
        "dark share": mean(dark, blocks),
        "least coverage": f"{min(coverage):.3f} {names[int(np.argmin(coverage))]}",
        "least dark share": f"{min(dark):.3f} {names[int(np.argmin(dark))]}",
    }


def luna(masker: lungseg.LungMasker, data: Path) -> Figures:
    """Area marked on slices that were seen to hold no lung."""
    free = set(read_names(BY_EYE / "luna_lung_free.txt"))
    names = read_names(BY_EYE / "luna_test.txt")
    shares, silent = {}, 0
    for name in names:
        mask = masker.predict([data / "luna_slices/images" / name])[0]
        shares[name] = float(mask.lungs.mean())
        silent += name not in free and not mask.lungs.any()
    wrong = [shares[name] for name in names if name in free]
    return {
        "lung-free slices": len(wrong),
        "area marked there": f"mean {100 * np.mean(wrong):.3f} %, most {100 * max(wrong):.3f} %",
        "lung-free slices with any mark": sum(share > 0 for share in wrong),
        "slices with lung": len(names) - len(wrong),
        "of them left empty": silent,
    }


def confidence(masker: lungseg.LungMasker, part: Manifest) -> Figures:
    """Correlation of confidence with Dice, on clean and on spoilt slices, and strangers."""
    from scipy.stats import spearmanr

    masker._ensure_network()
    finder = masker._finder()
    scans = [lungseg.read(file) for file in part.files]
    truths = [read_mask(mask, scan)[0] for mask, scan in zip(part.masks, scans, strict=True)]
    evidence, scores = evidence_and_dice(
        finder, [scan.voxels[0] for scan in scans], truths, spoilt=6, others=40, seed=77
    )
    found = np.array([finder.confidence.expected_dice(row) for row in evidence])
    doubtful = found < masker.min_confidence
    return {
        "masks": len(scores),
        "Pearson with Dice": f"{np.corrcoef(found, scores)[0, 1]:.3f}",
        "Spearman with Dice": f"{spearmanr(found, scores).statistic:.3f}",
        "mean absolute error": f"{np.abs(found - scores).mean():.4f}",
        "Dice below .8 that were flagged": share(doubtful[scores < 0.8]),
        "Dice above .95 that were flagged": share(doubtful[scores > 0.95]),
    }


def share(flags: Any) -> str:
    """How many of how many."""
    return f"{int(flags.sum())} of {len(flags)}"


def mean(values: list[float], groups: Any) -> str:
    """Mean with its 95 % interval over patients."""
    estimate = bootstrap_estimate(np.mean, groups, values)
    return f"{estimate.value:.4f} [{estimate.low:.4f}, {estimate.high:.4f}], n = {len(values)}"


if __name__ == "__main__":
    main()
