from __future__ import annotations

from pathlib import Path

import pytest

from lungseg.compare.plan import Plan
from lungseg.compare.summary import summarise
from lungseg.manifest import Manifest, Row

LABELS = ["well", "ill", "well", "ill"]
ROWS = Manifest(
    Path("data/m.csv"),
    tuple(Row(Path(str(i)), patient=f"p{i}", label=label) for i, label in enumerate(LABELS)),
)
PLAN = Plan(Path("data/m.csv"), folds=2)


def record(recipe: str, fold: int, seed: int, ill: list[float]) -> dict:
    """What a job said of two rows; columns in an order of its own."""
    return {
        "key": f"{recipe} {fold} {seed}",
        "error": None,
        "value": {
            "recipe": recipe,
            "fold": fold,
            "seed": seed,
            "index": [2 * fold, 2 * fold + 1],
            "classes": ["ill", "well"] if fold else ["well", "ill"],
            "probabilities": [[p, 1 - p] if fold else [1 - p, p] for p in ill],
            "predicted": ["ill" if p >= 0.5 else "well" for p in ill],
            "history": [],
            "parameters": 5,
            "seconds": 2.0 + fold,
            "megabytes": 100 + fold,
        },
    }


def both(recipe: str, seed: int, *ill: float) -> list[dict]:
    return [record(recipe, 0, seed, list(ill[:2])), record(recipe, 1, seed, list(ill[2:]))]


def test_figures_noise_difference_and_cost_by_hand() -> None:
    records = [
        *both("a", 0, 0.1, 0.9, 0.2, 0.8),  # all right
        *both("a", 1, 0.9, 0.8, 0.2, 0.7),  # one wrong, and it outranks both that are ill
        *both("b", 0, 0.6, 0.4, 0.7, 0.3),  # all wrong
        *both("b", 1, 0.6, 0.4, 0.7, 0.3),
    ]
    result = summarise(PLAN, ["a", "b"], 2, ROWS, records)
    first, second = result["recipes"]["a"], result["recipes"]["b"]
    assert first["figures"]["accuracy"]["value"] == pytest.approx((1 + 0.75) / 2)
    assert first["figures"]["roc_auc"]["value"] == pytest.approx((1 + 0.5) / 2)
    assert first["noise"]["accuracy"] == pytest.approx(0.25 / 2**0.5)
    assert second["figures"]["roc_auc"]["value"] == 0
    assert second["noise"]["accuracy"] == 0
    assert second["difference"]["accuracy"]["value"] == pytest.approx(-0.875)
    assert second["difference"]["accuracy"]["high"] < 0
    assert "difference" not in first
    assert first["confusion"] == [[3, 1], [0, 4]]
    assert first["cost"] == {"seconds": 2.5, "megabytes": 101}
    assert first["figures"]["roc_auc"]["n"] == 4


def test_a_recipe_with_a_job_missing_has_no_figures() -> None:
    failed = {"key": "b 1 0", "error": "out of memory", "value": None}
    records = [*both("a", 0, 0.1, 0.9, 0.2, 0.8), record("b", 0, 0, [0.5, 0.5]), failed]
    result = summarise(PLAN, ["a", "b"], 1, ROWS, records)
    assert result["recipes"]["a"]["figures"]["accuracy"]["value"] == 1
    assert result["recipes"]["a"]["noise"]["accuracy"] is None
    assert result["recipes"]["b"]["figures"] == {}
    assert result["failed"] == {"b 1 0": "out of memory"}


def test_masks_are_averaged_over_scans() -> None:
    def found(fold: int, dice: list[float]) -> dict:
        value = {"recipe": "s", "fold": fold, "seed": 0, "index": [2 * fold, 2 * fold + 1]}
        rest = {"seconds": 1, "megabytes": 1, "parameters": 1, "history": []}
        return {
            "key": str(fold),
            "error": None,
            "value": {**value, **rest, "figures": {"dice": dice}},
        }

    result = summarise(PLAN, ["s"], 1, ROWS, [found(0, [0.5, 0.7]), found(1, [0.9, 0.9])])
    assert result["recipes"]["s"]["figures"]["dice"]["value"] == pytest.approx(0.75)
    assert result["classes"] == []
