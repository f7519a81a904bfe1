from __future__ import annotations

import pytest
from lungseg.pipeline.recipe import load_recipe, names

import lungseg
from lungseg.errors import InputError

GOOD = "description: d\nsource: s\nroi:\n  fill: air\nclassifier:\n  network: efficientnetb0\n"


@pytest.mark.parametrize("name", names())
def test_every_recipe_makes_a_pipeline(name) -> None:
    pipeline = lungseg.Pipeline.from_recipe(name)
    assert pipeline.classifier.network == load_recipe(name).classifier.network


def test_a_recipe_of_ones_own(tmp_path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    pipeline = lungseg.Pipeline.from_recipe(tmp_path / "mine.yaml")
    assert pipeline.masker == "passthrough"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (GOOD + "  epocs: 3\n", ["line 7", "epocs", "allowed here", "epochs"]),
        (GOOD + "  epochs: 0\n", ["line 7", "classifier.epochs", "greater than or equal to 1"]),
        (GOOD + "colour: red\n", ["line 7", "colour", "allowed here", "classifier"]),
        (GOOD.replace("air", "water"), ["line 4", "roi.fill"]),
        ("description: [\n", ["not valid YAML"]),
        ("source: s\n", ["description"]),
    ],
)
def test_a_wrong_recipe_names_line_and_mend(tmp_path, text, parts) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        load_recipe(tmp_path / "bad.yaml")
    for part in ["bad.yaml", *parts]:
        assert part in str(caught.value)


def test_an_unknown_recipe_names_those_there_are() -> None:
    with pytest.raises(InputError, match="default"):
        load_recipe("no-such-recipe")
