"""How much around the lungs a classifier should be shown, and what of it to pool: a linear probe.

    python benchmarks/probe.py --data DATA [--size 320] [--scales 1 .8 .6] [--rim .0375]
        [--folds 5] [--start ct infection] [--only FORM …] [--cache FOLDER] [--hospital 400]

The trunks, one for each start, stay as they are, and `solve_trunks` finds a last layer for what
their stages say of the pictures; cross-validated by patient on the training and the validation
split of COVID-CT together. Minutes in place of the hours that a training for each choice takes, and
without the noise from one training to the next. The test split is not read.

With --balanced, classes and the patients of a class count the same in the fit, however many
pictures there are of them.

With --hospital, the last layer is also fitted to all of these pictures, and scores slices of the
hospital that `fine_tune.py` makes: whether what was learned is disease.

With --varied, what is left out is shown turned, blurred, compressed and so on, as
`PictureAugmentation` does to what a network is trained on: how far the scores hang on how a picture
was made.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from choices import numbers
from fine_tune import hospital
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

import lungseg
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.compare import compare_auc
from lungseg.evaluation.splits import grouped_folds
from lungseg.manifest import read_manifest
from lungseg.networks import build
from lungseg.networks.lung_head import stages_of
from lungseg.networks.start import start_from
from lungseg.preprocess.chain import Chain
from lungseg.preprocess.pictures import mask_to_pictures, scan_to_pictures
from lungseg.roi import RoiMultiply
from lungseg.scan import MaskedScan
from lungseg.training.augment_picture import PictureAugmentation
from lungseg.training.balanced import balanced_weights
from lungseg.training.fit_head import see
from lungseg.training.solve_trunks import solve_trunks

Pictures = NDArray[np.uint8]
Floats = NDArray[np.float64]
Views = list[Floats]
Trunks = tuple[tuple[int, ...], ...]


class Form(NamedTuple):
    """What is shown, and whether only what lies in the lungs is pooled."""

    rule: RoiMultiply
    lungs: bool


#: The first is what the others are compared with.
FORMS = {
    "lungs, margin .3": Form(RoiMultiply(None, margin=0.3), True),
    "lungs, margin .15": Form(RoiMultiply(None, margin=0.15), True),
    "lungs, margin .05": Form(RoiMultiply(None, margin=0.05), True),
    "lungs, whole picture": Form(RoiMultiply(None, crop=False), True),
    "everything, margin .3": Form(RoiMultiply(None, margin=0.3), False),
    "everything, margin .05": Form(RoiMultiply(None, margin=0.05), False),
    "everything, whole picture": Form(RoiMultiply(None, crop=False), False),
    "multiplied, margin .05": Form(RoiMultiply("air", margin=0.05), False),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--scales", type=float, nargs="*", default=[1.0, 0.8, 0.6])
    parser.add_argument("--rim", type=float, help="Pool so deep a rim by itself: 0.0375.")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--start", nargs="+", default=["ct"], help="Weights of each trunk.")
    parser.add_argument("--only", nargs="*", default=[*FORMS], choices=[*FORMS])
    parser.add_argument("--balanced", action="store_true")
    parser.add_argument("--varied", action="store_true")
    parser.add_argument("--hospital", type=int, default=0, help="So many slices of another one.")
    parser.add_argument("--ridge", type=float, default=0.1)
    parser.add_argument("--gamma", type=float, default=2.0)
    parser.add_argument("--cache", type=Path, help="Folder that keeps lung masks.")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = read_manifest(given.data / "covid_ct/manifest.csv", label="class")
    rows = rows.split("train").joined(rows.split("val"))
    truth = numbers(rows)
    fold_of = grouped_folds(rows.labels, rows.patients, given.folds)
    share = np.full(len(truth), 1 / len(truth))
    if given.balanced:
        share = balanced_weights(truth.tolist(), [1] * len(truth), rows.patients)
    shape = (given.size, given.size, 2)
    options = {"scales": given.scales, "trunks": len(given.start), "rim": given.rim}
    model = build("efficientnetb0", shape, 2, head="lungs", **options)
    start_from(model, given.start)
    trunks = stages_of(model)
    forms = {name: FORMS[name] for name in given.only}
    shown = show(rows.files, given.size, given.cache, forms)
    if given.hospital:
        scans, ill, owners = hospital(given.data, given.hospital, given.cache)
        theirs = show(scans, given.size, given.cache, forms)
    result: dict[str, Any] = {}
    first = None
    for name in given.only:
        seen = features_of(model, shown[name])
        other = features_of(model, vary(shown[name])) if given.varied else seen
        scores = cross_probe(seen, other, truth, share, fold_of, trunks, given.ridge, given.gamma)
        auc = bootstrap_estimate(roc_auc_score, rows.patients, truth, scores)
        result[name] = {"ROC AUC": auc.to_dict()}
        line = f"{name}: ROC AUC {auc}"
        if first is None:
            first = scores
        else:
            found = compare_auc(truth, first, scores, groups=rows.patients)
            result[name]["less the first"] = found.difference.to_dict()
            line += f"; less the first {found.difference}, p {found.p_value:.3f}"
        if given.hospital:
            layer = fit(seen, truth, share, trunks, given.ridge, given.gamma)
            scores = score(features_of(model, theirs[name]), *layer)
            there = bootstrap_estimate(roc_auc_score, owners, ill, scores)
            result[name]["hospital"] = there.to_dict()
            line += f"; at the hospital {there}"
        print(line, flush=True)
        if given.json:
            given.json.write_text(json.dumps(result, indent=2), "utf-8")


def show(
    files: Iterable[Any], size: int, cache: Path | None, forms: dict[str, Form]
) -> dict[str, Pictures]:
    """Show the same scans in each form, uint8 of shape (n, size, size, 2)."""
    masker = lungseg.LungMasker.from_pretrained().set_params(cache=cache)
    found: dict[str, list[Pictures]] = {name: [] for name in forms}
    for item in masker.iterate(files):
        for name, form in forms.items():
            chain = Chain([], form.rule)
            shown = chain.item_of(chain.show(*item))
            scan, mask = shown if isinstance(shown, MaskedScan) else (shown, None)
            pictures, numbers = scan_to_pictures(scan, size, most=1)
            lungs = mask_to_pictures(mask if form.lungs else None, numbers, size)
            found[name].append(np.stack([pictures[0], lungs[0]], axis=-1))
    return {name: np.stack(pictures) for name, pictures in found.items()}


def vary(pictures: Pictures) -> Pictures:
    augment = PictureAugmentation()
    return np.stack([augment(one, np.random.default_rng(i)) for i, one in enumerate(pictures)])


def cross_probe(
    seen: Views,
    other: Views,
    truth: NDArray[np.intp],
    share: Floats,
    fold_of: NDArray[np.intp],
    trunks: Trunks,
    ridge: float,
    gamma: float,
) -> NDArray[np.float64]:
    """Score each of the other pictures by a probe that did not see its patient."""
    scores = np.zeros(len(truth))
    for fold in np.unique(fold_of):
        keep, aside = fold_of != fold, fold_of == fold
        layer = fit([view[keep] for view in seen], truth[keep], share[keep], trunks, ridge, gamma)
        scores[aside] = score([view[aside] for view in other], *layer)
    return scores


def fit(
    views: Views,
    truth: NDArray[np.intp],
    share: Floats,
    trunks: Trunks,
    ridge: float,
    gamma: float,
) -> tuple[Floats, Floats]:
    """Find kernel and bias for what is seen of the pictures and of their mirror images."""
    return solve_trunks(
        np.concatenate(views),
        np.tile(truth, len(views)),
        np.zeros((views[0].shape[1], 2)),
        ridge=ridge,
        gamma=gamma,
        weights=np.tile(share / share.sum() / len(views), len(views)),
        trunks=trunks,
    )


def score(views: Views, kernel: Floats, bias: Floats) -> Floats:
    """Log-odds of COVID, the mean over the views."""
    logits = np.mean([view @ kernel + bias for view in views], axis=0)
    return np.asarray(logits[:, 1] - logits[:, 0])


def features_of(model: Any, pictures: Pictures) -> Views:
    return see(model, pictures, mirror=True, batch_size=16)


if __name__ == "__main__":
    main()
