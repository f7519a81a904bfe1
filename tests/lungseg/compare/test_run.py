"""A comparison, from recipes to the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

import lungseg
from lungseg.compare import Plan, compare
from lungseg.errors import InputError
from lungseg.preprocess.window import Window

pytestmark = pytest.mark.usefixtures("quick_masks")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> Path:
    """Three classes, four patients of each, a slice of each."""
    folder = tmp_path_factory.mktemp("scans")
    lines = ["file,label,patient"]
    for number in range(12):
        kind = number % 3
        scan = lungseg.phantom(slices=1, size=64, seed=number // 3, opacities=4 * kind)
        grey = Window().apply(scan.voxels[0])
        Image.fromarray(grey).save(folder / f"{number}.png")
        lines.append(f"{number}.png,{['well', 'mild', 'severe'][kind]},p{number}")
    (folder / "m.csv").write_text("\n".join(lines))
    return folder / "m.csv"


def recipe(folder: Path, name: str, **changes: object) -> str:
    path = folder / f"{name}.yaml"
    classifier = {"network": "simple", "input_size": 32, "epochs": 2, "augment": False, **changes}
    path.write_text(json.dumps({"description": "d", "source": "s", "classifier": classifier}))
    return str(path)


def without_cost(result: dict) -> dict:
    for row in result["recipes"].values():
        row.pop("cost")
    return result


def test_killed_on_its_way_and_started_again_gives_the_same_table(manifest, tmp_path) -> None:
    recipes = [recipe(tmp_path, "plain"), recipe(tmp_path, "solved", epochs=0, ridge=0.1)]
    plan = Plan(manifest, folds=2)
    whole = compare(plan, recipes, tmp_path / "whole", apart=False)
    seen: list[str] = []

    def stop(outcome, left) -> None:
        seen.append(outcome.key)
        if left == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(plan, recipes, tmp_path / "halves", report=stop, apart=False)
    with (tmp_path / "halves/jobs.jsonl").open("a") as file:
        file.write('{"key": "half a li')
    # The last in a process of its own: the same table.
    again = compare(
        plan, recipes, tmp_path / "halves", report=lambda outcome, left: seen.append(outcome.key)
    )
    assert len(seen) == len(set(seen)) == 4
    assert without_cost(again) == without_cost(whole)
    assert whole["classes"] == ["mild", "severe", "well"]
    assert all(row["figures"]["roc_auc"]["n"] == 12 for row in whole["recipes"].values())

    page = (tmp_path / "whole/comparison.html").read_text("utf-8")
    assert "12 patients" in page
    assert "plain.yaml" in page
    assert page.count("data:image/png") == 5
    for name in ("roc", "precision-recall", "confusion", "training", "gradcam"):
        assert (tmp_path / f"whole/{name}.svg").stat().st_size > 1000
    stored = json.loads((tmp_path / "whole/comparison.json").read_text("utf-8"))
    assert without_cost(stored) == json.loads(json.dumps(whole, default=str))

    # Another plan in the same folder would mix results of two kinds.
    with pytest.raises(InputError, match="begun with other settings"):
        compare(Plan(manifest, folds=3), recipes, tmp_path / "whole")


def test_a_recipe_that_fails_is_reported_and_the_other_finishes(manifest, tmp_path) -> None:
    # Too small for its network: found out when it is built.
    recipes = [recipe(tmp_path, "plain"), recipe(tmp_path, "broken", network="cbr-tiny")]
    result = compare(Plan(manifest, folds=2, epochs=1), recipes, tmp_path / "out", apart=False)
    assert result["recipes"][recipes[0]]["figures"]
    assert not result["recipes"][recipes[1]]["figures"]
    assert all("input_size" in error for error in result["failed"].values())
    assert len(result["failed"]) == 2
    assert "Not complete" in (tmp_path / "out/comparison.html").read_text("utf-8")
