"""Predictions made by hand, of phantoms: no network runs."""

from __future__ import annotations

from typing import Any

import numpy as np

import lungseg
from lungseg.infection_mask import KINDS
from lungseg.preprocess.window import Window

WEIGHTS = {
    "classifier": {
        "name": "covid-ct",
        "network": "efficientnetb0",
        "saved_with": {"lungseg": "0.1.0", "keras": "3.8"},
        "files": {"classifier.weights.h5": "0123456789abcdef" * 4},
    }
}


def volume(**changes: Any) -> lungseg.Prediction:
    """A chest in HU in which the back of the lungs is infected."""
    scan, mask = lungseg.phantom(slices=16, size=96, return_mask=True)
    classes = mask.lungs.astype(np.uint8)
    classes[:, 60:] *= 2
    classes[5, 60:] = np.where(classes[5, 60:], 3, 0)
    infection = lungseg.InfectionMask(
        classes,
        scan.affine,
        classes=KINDS,
        interval=(int((classes >= 2).sum() * 0.8), int((classes >= 2).sum() * 1.2)),
        warnings=("the segmenter is in doubt",),
    )
    heat = np.zeros(scan.shape, np.float32)
    heat[4:9, 40:70, 20:50] = 0.9
    values: dict[str, Any] = {
        "scan": scan,
        "mask": mask,
        "label": "COVID",
        "probabilities": {"NonCOVID": 0.2, "COVID": 0.8},
        "threshold": 0.43,
        "prediction_set": ("COVID",),
        "slices": [{"slice": 5, "probabilities": {"NonCOVID": 0.2, "COVID": 0.8}}],
        "warnings": ("a slice is missing; export the series again",),
        "roi": {"lung_share": 0.1, "lung_volume_ml": 4000.0},
        "infection": infection,
        "severity": lungseg.severity(scan, mask, infection),
        "heatmap": lungseg.Heatmap(heat, scan.affine, label="COVID"),
        "weights": WEIGHTS,
    }
    return lungseg.Prediction(**{**values, **changes})


def picture(**changes: Any) -> lungseg.Prediction:
    """A picture in display grey without spacing."""
    chest, truth = lungseg.phantom(slices=1, size=96, return_mask=True)
    grey = Window().apply(chest.voxels)
    scan = lungseg.Scan(grey, source="slice.png", units="display")
    mask = lungseg.LungMask(truth.voxels, source="slice.png")
    infection = lungseg.InfectionMask(truth.lungs.astype(np.uint8), source="slice.png")
    found = lungseg.severity(scan, mask, infection)
    return volume(
        scan=scan, mask=mask, infection=infection, severity=found, heatmap=None, **changes
    )
