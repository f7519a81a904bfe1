"""How much context around the lungs a classifier should be shown: a linear probe.

    python benchmarks/probe.py --data DATA [--size 192] [--folds 5] [--only FORM …] [--cache FOLDER]

The trunk `ct` stays as it is, and `fit_head` solves for a last layer on what four of its stages say
of the pictures; cross-validated by patient on the training and the validation split of COVID-CT
together. Minutes in place of the hours that a training for each choice takes, and without the noise
from one training to the next. The test split is not read.

With --varied, what is left out is shown turned, blurred, compressed and so on, as
`PictureAugmentation` does to what a network is trained on: how far the scores hang on how a picture
was made.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from choices import numbers, show
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.compare import compare_auc
from lungseg.evaluation.splits import grouped_folds
from lungseg.inference.score import score_pictures
from lungseg.manifest import read_manifest
from lungseg.networks import build
from lungseg.networks.start import start_from
from lungseg.roi import RoiMultiply
from lungseg.training.augment_picture import PictureAugmentation
from lungseg.training.fit_head import fit_head

#: What is shown; the first is what the others are compared with.
FORMS = {
    "box around the lungs, margin .05": RoiMultiply(None, crop=True, margin=0.05),
    "margin .15": RoiMultiply(None, crop=True, margin=0.15),
    "margin .3": RoiMultiply(None, crop=True, margin=0.3),
    "whole picture": RoiMultiply(None, crop=False),
    "multiplied, margin .05": RoiMultiply("air", crop=True, margin=0.05),
    "multiplied, margin .3": RoiMultiply("air", crop=True, margin=0.3),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--start", default="ct", help="Weights whose trunk is probed.")
    parser.add_argument("--only", nargs="*", default=[*FORMS], choices=[*FORMS])
    parser.add_argument("--varied", action="store_true")
    parser.add_argument("--head", default="stages", choices=["stages", "pool"])
    parser.add_argument("--ridge", type=float, default=0.1)
    parser.add_argument("--gamma", type=float, default=2.0)
    parser.add_argument("--cache", type=Path, help="Folder that keeps lung masks.")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = read_manifest(given.data / "covid_ct/manifest.csv", label="class")
    rows = rows.split("train").joined(rows.split("val"))
    truth = numbers(rows)
    fold_of = grouped_folds(rows.labels, rows.patients, given.folds)
    model = build("efficientnetb0", (given.size, given.size, 1), 2, head=given.head)
    start_from(model, given.start)
    shown = show(rows, given.size, given.cache, {name: FORMS[name] for name in given.only})
    result: dict[str, Any] = {}
    first = None
    for name in given.only:
        seen = shown[name]
        other = vary(seen) if given.varied else seen
        scores = cross_probe(model, seen, other, truth, fold_of, given.ridge, given.gamma)
        auc = bootstrap_estimate(roc_auc_score, rows.patients, truth, scores)
        result[name] = {"ROC AUC": auc.to_dict()}
        line = f"{name}: ROC AUC {auc}"
        if first is None:
            first = scores
        else:
            found = compare_auc(truth, first, scores, groups=rows.patients)
            result[name]["less the first"] = found.difference.to_dict()
            line += f"; less the first {found.difference}, p {found.p_value:.3f}"
        print(line, flush=True)
        if given.json:
            given.json.write_text(json.dumps(result, indent=2), "utf-8")


def vary(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    augment = PictureAugmentation()
    return np.stack([augment(one, np.random.default_rng(i)) for i, one in enumerate(pictures)])


def cross_probe(
    model: Any,
    shown: NDArray[np.uint8],
    other: NDArray[np.uint8],
    truth: NDArray[np.intp],
    fold_of: NDArray[np.intp],
    ridge: float,
    gamma: float,
) -> NDArray[np.float64]:
    """Score each of the other pictures by a probe that did not see its patient."""
    head = model.layers[-1]
    empty = [0 * part for part in head.get_weights()]
    scores = np.zeros(len(truth))
    for fold in np.unique(fold_of):
        head.set_weights(empty)
        seen, aside = fold_of != fold, fold_of == fold
        fit_head(model, (shown[seen], truth[seen]), ridge=ridge, gamma=gamma)
        scores[aside] = score_pictures(model, other[aside], views=2)[:, 1]
    return scores


if __name__ == "__main__":
    main()
