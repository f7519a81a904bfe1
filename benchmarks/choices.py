"""Compare what a classifier is shown and how it is trained, on validation data.

python benchmarks/choices.py --data DATA [--size 128] [--epochs 15] [--only NAME ...]
    [--cache FOLDER] [--json FILE]

Everything starts from the trunk ``ct`` and is trained on the training split of covid_ct; each
choice is compared with the first. The test split is never read.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

import lungseg
from lungseg.backend import keras
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.compare import compare_auc
from lungseg.manifest import Manifest, read_manifest
from lungseg.networks import build
from lungseg.networks.start import start_from
from lungseg.preprocess.pictures import scan_to_pictures
from lungseg.roi import RoiMultiply
from lungseg.training.classifier_fit import train_classifier
from lungseg.training.focal import KerasFocalLoss
from lungseg.training.schedule import Schedule

Pictures = NDArray[np.uint8]

#: The ROI rule behind each single input.
RULES = {
    "cropped": RoiMultiply(None, crop=True),
    "whole": RoiMultiply(None, crop=False),
    "multiplied": RoiMultiply("air", crop=False),
    "multiplied and cropped": RoiMultiply("air", crop=True),
}
CHANNELS = ("whole", "cropped", "multiplied and cropped")

#: Name → input, what differs in the training, and the start.
CHOICES: dict[str, tuple[str, dict[str, Any], str | None]] = {
    **{name: (name, {}, "ct") for name in (*RULES, "three channels")},
    "no average of weights": ("cropped", {"average": 0.0}, "ct"),
    "mixup 0.2": ("cropped", {"mixup": 0.2}, "ct"),
    "head first": ("cropped", {"frozen_epochs": 2}, "ct"),
    "random start": ("cropped", {}, None),
    "infection's start": ("cropped", {}, "infection"),
    "whole, infection's start": ("whole", {}, "infection"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--only", nargs="*", default=[*CHOICES], choices=[*CHOICES])
    parser.add_argument("--cache", type=Path, help="Folder that keeps lung masks.")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = read_manifest(given.data / "covid_ct/manifest.csv", label="class")
    train, val = rows.split("train"), rows.split("val")
    with tempfile.TemporaryDirectory() as scratch:
        cache = given.cache or Path(scratch)
        seen, other = (channels(part, given.size, cache) for part in (train, val))
    result: dict[str, Any] = {}
    truth, base = numbers(val), None
    for name in given.only:
        form, options, start = CHOICES[name]
        schedule = replace(Schedule(epochs=given.epochs, average=0.99), **options)
        began = time.monotonic()
        scores = fit_and_score(seen[form], numbers(train), other[form], schedule, start)
        auc = bootstrap_estimate(roc_auc_score, val.patients, truth, scores)
        result[name] = {"ROC AUC": auc.to_dict(), "seconds": round(time.monotonic() - began)}
        line = f"{name}: ROC AUC {auc}"
        if base is None:
            base = scores
        else:
            found = compare_auc(truth, base, scores, groups=val.patients)
            result[name]["less the first"] = found.difference.to_dict()
            line += f"; less the first {found.difference}, p {found.p_value:.2f}"
        print(line, flush=True)
        if given.json:
            given.json.write_text(json.dumps(result, indent=2), "utf-8")


def channels(part: Manifest, size: int, cache: Path) -> dict[str, Pictures]:
    """Show the same scans by each rule, and by three of them as channels."""
    stacks = show(part, size, cache, RULES)
    return {**stacks, "three channels": np.stack([stacks[name] for name in CHANNELS], axis=-1)}


def show(
    part: Manifest, size: int, cache: Path | None, rules: dict[str, RoiMultiply]
) -> dict[str, Pictures]:
    """Show the same scans by each rule, uint8 of shape (n, size, size)."""
    masker = lungseg.LungMasker.from_pretrained().set_params(cache=cache)
    forms: dict[str, list[Pictures]] = {name: [] for name in rules}
    for item in masker.iterate(part.files):
        for name, rule in rules.items():
            (roi,) = rule.transform([item])
            forms[name].append(scan_to_pictures(roi, size, most=1)[0][0])
    return {name: np.stack(found) for name, found in forms.items()}


def numbers(part: Manifest) -> NDArray[np.intp]:
    """Return 1 for COVID, 0 for the other."""
    return np.array([label == "COVID" for label in part.labels], np.intp)


def fit_and_score(
    X: Pictures, y: NDArray[np.intp], other: Pictures, schedule: Schedule, start: str | None
) -> NDArray[np.float64]:
    """Probability of COVID for each validation picture, after the last epoch."""
    keras.utils.set_random_seed(0)
    channels = 1 if X.ndim == 3 else X.shape[-1]
    model = build("efficientnetb0", (*X.shape[1:3], channels), 2, dropout=0.3)
    if start is not None:
        start_from(model, start)
    # No validation data: no epoch is picked by what is reported.
    train_classifier(model, (X, y), None, loss=KerasFocalLoss(2.0), schedule=schedule)
    batch = other.reshape(*other.shape[:3], -1).astype(np.float32)
    logits = model.predict(batch, batch_size=16, verbose=0)
    return np.asarray(1 / (1 + np.exp(logits[:, 0] - logits[:, 1])), float)


if __name__ == "__main__":
    main()
