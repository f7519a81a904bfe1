"""Two-stage analysis of chest CT: find the lungs, multiply, classify what is left.

The public names are loaded on first use, so that ``import lungseg`` is fast and
imports no TensorFlow.

Examples
--------
>>> import lungseg
>>> scan = lungseg.phantom(slices=8, size=128)
>>> scan.units, scan.shape
('HU', (8, 128, 128))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from lungseg.classifier import CTClassifier
    from lungseg.doctor import Finding, Report, inspect
    from lungseg.errors import InputError
    from lungseg.evaluation.audit import audit
    from lungseg.infection import InfectionSegmenter
    from lungseg.infection_mask import InfectionMask
    from lungseg.io.reader import read
    from lungseg.masker import LungMasker
    from lungseg.phantoms import phantom
    from lungseg.pipeline.from_recipe import from_recipe
    from lungseg.pipeline.pipeline import Pipeline
    from lungseg.pipeline.prediction import Prediction
    from lungseg.quantify.measure import severity
    from lungseg.quantify.severity import Severity
    from lungseg.roi import RoiMultiply
    from lungseg.scan import Heatmap, LungMask, MaskedScan, Scan

_HOME = {
    "CTClassifier": "lungseg.classifier",
    "Finding": "lungseg.doctor",
    "Heatmap": "lungseg.scan",
    "InfectionMask": "lungseg.infection_mask",
    "InfectionSegmenter": "lungseg.infection",
    "InputError": "lungseg.errors",
    "LungMask": "lungseg.scan",
    "LungMasker": "lungseg.masker",
    "MaskedScan": "lungseg.scan",
    "Pipeline": "lungseg.pipeline.pipeline",
    "Prediction": "lungseg.pipeline.prediction",
    "Report": "lungseg.doctor",
    "RoiMultiply": "lungseg.roi",
    "Scan": "lungseg.scan",
    "Severity": "lungseg.quantify.severity",
    "audit": "lungseg.evaluation.audit",
    "from_recipe": "lungseg.pipeline.from_recipe",
    "inspect": "lungseg.doctor",
    "phantom": "lungseg.phantoms",
    "read": "lungseg.io.reader",
    "severity": "lungseg.quantify.measure",
}
_SUBPACKAGES = (
    "cluster",
    "evaluation",
    "io",
    "networks",
    "pipeline",
    "preprocess",
    "training",
    "weights",
)

__all__ = [
    "CTClassifier",
    "Finding",
    "Heatmap",
    "InfectionMask",
    "InfectionSegmenter",
    "InputError",
    "LungMask",
    "LungMasker",
    "MaskedScan",
    "Pipeline",
    "Prediction",
    "Report",
    "RoiMultiply",
    "Scan",
    "Severity",
    "audit",
    "from_recipe",
    "inspect",
    "phantom",
    "read",
    "severity",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    if name in _SUBPACKAGES:
        return import_module(f"lungseg.{name}")
    raise AttributeError(f"module 'lungseg' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__, *_SUBPACKAGES])
