"""What pages say of the shipped weights is what the weights' own metrics say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Weights, data set, figure, and the pages that state it.
STATED = [
    ("lungs", "test", "mean Dice", ("README.md", "docs/masker.md")),
    ("lungs", "test", "surface Dice at 1 px", ("docs/masker.md",)),
    (
        "covid-ct",
        "test",
        "roc_auc",
        ("README.md", "docs/classifier.md", "docs/explanation/limits.md"),
    ),
    ("covid-ct", "test", "f1", ("README.md", "docs/classifier.md")),
    ("covid-ct", "test", "accuracy", ("README.md", "docs/classifier.md")),
    ("covid-ct", "test", "ece", ("docs/classifier.md", "docs/explanation/confidence.md")),
    ("covid-ct", "test", "set_coverage", ("docs/classifier.md", "docs/explanation/confidence.md")),
    ("covid-ct", "out of fold", "roc_auc", ("docs/classifier.md",)),
    ("infection", "3 folds", "mean Dice", ("README.md", "docs/infection.md")),
    ("infection", "3 folds", "mean IoU", ("docs/infection.md",)),
    ("infection", "3 folds", "precision", ("docs/infection.md",)),
    ("infection", "3 folds", "recall", ("docs/infection.md",)),
    ("infection", "3 folds", "mean Dice over thresholds", ("docs/infection.md",)),
    ("infection", "3 folds", "error of the infected share", ("docs/infection.md",)),
    (
        "infection",
        "3 folds",
        "interval holds the area",
        ("docs/infection.md", "docs/explanation/confidence.md"),
    ),
]


@pytest.mark.parametrize(
    ("weights", "data", "figure", "page"),
    [(*row[:3], page) for row in STATED for page in row[3]],
)
def test_a_page_states_what_the_metrics_do(weights, data, figure, page) -> None:
    metrics = json.loads((ROOT / "weights" / weights / "metrics.json").read_text("utf-8"))
    found = metrics["figures"][data][figure]
    wanted = "{value:.3f} [{low:.3f}, {high:.3f}]".format(**found)
    text = re.sub(r"\s+", " ", (ROOT / page).read_text("utf-8"))
    # Pages write .839 or 0.839.
    assert wanted.replace("0.", ".") in text.replace("0.", "."), f"{page} lacks {figure} {wanted}"
