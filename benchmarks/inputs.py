"""Compare what a classifier is shown, on validation data: whole picture, lungs, or several.

python benchmarks/inputs.py --data DATA [--size 160] [--epochs 20] [--json FILE]

Every input starts from the same trunk and is trained alike on the training split of
covid_ct; the test split is never read.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

import lungseg
from lungseg.backend import keras
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.compare import compare_auc
from lungseg.io.reader import read
from lungseg.manifest import Manifest, read_manifest
from lungseg.networks import build
from lungseg.networks.start import start_from
from lungseg.preprocess.pictures import scan_to_pictures
from lungseg.roi import RoiMultiply
from lungseg.training.classifier_fit import train_classifier
from lungseg.training.focal import focal_loss
from lungseg.training.schedule import Schedule

Pictures = NDArray[np.uint8]

#: The ROI rule behind each single input.
RULES = {
    "whole": RoiMultiply(None, crop=False),
    "cropped": RoiMultiply(None, crop=True),
    "multiplied": RoiMultiply("air", crop=False),
    "multiplied and cropped": RoiMultiply("air", crop=True),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--size", type=int, default=160)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--inputs", nargs="*", help="Some of them; all without.")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = read_manifest(given.data / "covid_ct/manifest.csv", label="class")
    train, val = rows.split("train"), rows.split("val")
    with tempfile.TemporaryDirectory() as cache:
        seen, other = (pictures(part, given.size, cache) for part in (train, val))
    result: dict[str, Any] = {}
    base: NDArray[np.float64] | None = None
    truth = numbers(val)
    for name in given.inputs or seen:
        scores = np.mean(
            [
                fit_and_score(seen[name], numbers(train), other[name], given.epochs, seed)
                for seed in range(given.seeds)
            ],
            axis=0,
        )
        result[name] = {"ROC AUC": auc(truth, scores, val.patients).to_dict()}
        line = f"{name}: ROC AUC {auc(truth, scores, val.patients)}"
        if base is None:
            base = scores
        else:
            found = compare_auc(truth, base, scores, groups=val.patients)
            result[name]["less the first"] = found.difference.to_dict()
            line += f"; less the first {found.difference}, p {found.p_value:.2f}"
        print(line, flush=True)
        if given.json:
            given.json.write_text(json.dumps(result, indent=2), "utf-8")


def pictures(part: Manifest, size: int, cache: str) -> dict[str, Pictures]:
    """Show the same scans in every form, uint8 of shape (n, size, size[, channels])."""
    masker = lungseg.LungMasker.from_pretrained().set_params(cache=cache)
    forms: dict[str, list[Pictures]] = {name: [] for name in RULES}
    for item in masker.iterate([read(file) for file in part.files]):
        for name, rule in RULES.items():
            (roi,) = rule.transform([item])
            forms[name].append(scan_to_pictures(roi, size, most=1)[0][0])
    stacks = {name: np.stack(found) for name, found in forms.items()}
    channels = ("whole", "cropped", "multiplied and cropped")
    stacks["three channels"] = np.stack([stacks[name] for name in channels], axis=-1)
    return stacks


def numbers(part: Manifest) -> NDArray[np.intp]:
    return np.array([label == "COVID" for label in part.labels], np.intp)


def fit_and_score(
    X: Pictures,
    y: NDArray[np.intp],
    other: Pictures,
    epochs: int,
    seed: int,
) -> NDArray[np.float64]:
    """Probability of COVID for each validation picture, after the last epoch."""
    keras.utils.set_random_seed(seed)
    channels = 1 if X.ndim == 3 else X.shape[-1]
    model = build("efficientnetb0", (*X.shape[1:3], channels), 2, dropout=0.3)
    start_from(model, "ct")
    schedule = Schedule(epochs=epochs, average=0.99)
    # No validation data: the epoch is not picked by what is reported.
    train_classifier(model, (X, y), None, loss=focal_loss(2.0), schedule=schedule, seed=seed)
    batch = other.reshape(*other.shape[:3], -1).astype(np.float32)
    logits = model.predict(batch, batch_size=16, verbose=0)
    return np.asarray(1 / (1 + np.exp(logits[:, 0] - logits[:, 1])), float)


def auc(truth: NDArray[np.intp], scores: NDArray[np.float64], patients: list[str]) -> Any:
    return bootstrap_estimate(roc_auc_score, patients, truth, scores)


if __name__ == "__main__":
    main()
