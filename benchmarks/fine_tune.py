"""What fine-tuning on 200 slices of another hospital takes, and what it brings.

    python benchmarks/fine_tune.py --data DATA [--slices 200] [--epochs 0 --ridge 0.1]
        [--sham] [--untuned]

Labelled slices of a second hospital are not among the data, so one is made: slices of luna_slices,
one of each patient, of which every second one gets real lesions of COVID-SemiSeg's expert slices
blended in, as for the training of the masker. Both classes come from the same scanners: nothing but
the lesions tells them apart. They are easier to see than a clinic's would be; the time is what the
figure is for.

With --sham, parts of healthy lung out of the same pictures are blended into the healthy slices, so
that to be blended tells nothing: whether it is disease that a score goes by. With --untuned, only
what ships is measured, on the same slices.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import cv2
import numpy as np
from lungseg.pipeline.use_cache import use_cache
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

import lungseg
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.manifest import read_manifest
from lungseg.preprocess.window import Window
from lungseg.scan import Scan
from lungseg.training.lesion_bank import LesionBank
from lungseg.training.lessons import read_lesions

#: A slice with less lung than this says nothing.
LUNG_SHARE = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--slices", type=int, default=200, help="Labelled slices to tune with.")
    parser.add_argument("--rest", type=int, default=150, help="Slices to measure on.")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--ridge", type=float)
    parser.add_argument("--pipeline", help="Name or folder; the default without.")
    parser.add_argument("--cache", type=Path, help="Folder that keeps lung masks.")
    parser.add_argument("--sham", action="store_true", help="Blend into healthy slices as well.")
    parser.add_argument("--untuned", action="store_true", help="Do not tune.")
    given = parser.parse_args()
    scans, labels, patients = hospital(
        given.data, given.slices + given.rest, given.cache, sham=given.sham
    )
    pipeline = use_cache(lungseg.Pipeline.from_pretrained(given.pipeline), given.cache)
    mine, rest = slice(given.slices), slice(given.slices, None)

    def auc_of(one: lungseg.Pipeline) -> dict[str, float]:
        scores = one.predict_proba(scans[rest])[:, 1]
        return bootstrap_estimate(roc_auc_score, patients[rest], labels[rest], scores).to_dict()

    result = {"slices": given.slices, "sham": given.sham, "ROC AUC before": auc_of(pipeline)}
    if not given.untuned:
        names = pipeline.classes_[labels].tolist()
        began = time.monotonic()
        tuned = pipeline.fine_tune(
            scans[mine], names[mine], patients[mine], epochs=given.epochs, ridge=given.ridge
        )
        result |= {
            "epochs": given.epochs,
            "ridge": given.ridge,
            "kept": tuned.verdict_.kept,
            "seconds": round(time.monotonic() - began),
            "cores": len(os.sched_getaffinity(0)),
            "ROC AUC after": auc_of(tuned),
        }
    print(json.dumps(result, indent=2))


def hospital(
    data: Path, count: int, cache: Path | None = None, *, sham: bool = False
) -> tuple[list[Scan], NDArray[np.intp], list[str]]:
    """Make scans in HU, whether each is ill, and its patient."""
    masker = lungseg.LungMasker.from_pretrained().set_params(cache=cache)
    lessons = read_lesions(data / "covid_semiseg/manifest.csv", quarter_turns=1, every=10**6)
    ill = [lesson for lesson in lessons if lesson.lesions is not None and lesson.lesions.any()]
    masks = masker.predict([lesson.picture for lesson in ill])
    drawn = [
        (lesson.picture, lesson.lesions, mask.lungs[0] | lesson.lesions)
        for lesson, mask in zip(ill, masks, strict=True)
    ]
    bank = LesionBank(drawn)
    healthy = LesionBank(across(*one) for one in drawn)
    rows = read_manifest(data / "luna_slices/manifest.csv", need=())
    scans: list[Scan] = []
    labels: list[int] = []
    patients: list[str] = []
    # The last slice of each patient in the list: one is enough, and each costs a mask.
    files = dict(zip(rows.patients, rows.files, strict=True))
    for patient, item in zip(files, masker.iterate(files.values()), strict=True):
        lungs = item.mask.lungs[0]
        if lungs.mean() < LUNG_SHARE:
            continue
        if len(scans) == count:
            break
        slice_hu = Window().undo(item.scan.voxels[0])
        label = len(labels) % 2
        if label or sham:
            parts = bank if label else healthy
            slice_hu = parts.paint(slice_hu, lungs, np.random.default_rng(len(labels)))
        scans.append(lungseg.read(slice_hu, units="HU"))
        labels.append(label)
        patients.append(patient)
    return scans, np.array(labels, np.intp), patients


def across(
    picture: NDArray[np.uint8], lesions: NDArray[np.bool_], lungs: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.bool_]]:
    """Take in place of each lesion what lies across from it, where that is healthy lung."""
    around = np.ones((9, 9), np.uint8)
    inside = cv2.erode(lungs.astype(np.uint8), around) > 0
    free = inside & (cv2.dilate(lesions.astype(np.uint8), around) == 0)
    return picture, lesions[:, ::-1] & free, free


if __name__ == "__main__":
    main()
