from __future__ import annotations

from pathlib import Path

import pytest
from lungseg.pipeline.recipe import load_recipe, names, recipe_path

import lungseg
from lungseg.errors import InputError

GOOD = "description: d\nsource: s\nroi:\n  fill: air\nclassifier:\n  network: efficientnetb0\n"


SYSTEMS = [
    "covid-ct",
    "default",
    "multiply",
    "s0-b3",
    "s0-b3-imagenet",
    "s0-larget",
    "s0-largew",
    "s0-resnet50",
    "s0-simple",
    "s0-small",
    "s0-tiny",
    "s1-halves",
    "s2-bcdunet-efficientnetb0",
    "s2-fixed",
    "s3-infection",
    "s3-lungs",
    "s3-slices",
    "s4-mobilenetv2",
    "whole",
]


def test_each_of_the_five_systems_has_its_recipes() -> None:
    assert names() == SYSTEMS


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_recipe_makes_what_it_trains(name) -> None:
    recipe = load_recipe(name)
    made = lungseg.from_recipe(name)
    stage = made.classifier if recipe.trains == "classifier" else made
    section = getattr(recipe, recipe.trains)
    assert {key: getattr(stage, key) for key in section.model_fields_set} == section.model_dump(
        exclude_unset=True
    )
    assert recipe_path(name).read_text("utf-8").count("\n") <= 45, "more than a screen"
    assert recipe.published is not None or name in ("covid-ct", "default", "multiply", "whole")


def test_the_page_of_the_recipes_names_each() -> None:
    page = Path(__file__).parents[2] / "docs/recipes.md"
    for name in SYSTEMS:
        assert f"`{name}`" in page.read_text("utf-8"), name


def test_a_recipe_of_a_segmenter_makes_no_pipeline() -> None:
    with pytest.raises(InputError, match=r'lungseg.from_recipe\("s3-lungs"\)'):
        lungseg.Pipeline.from_recipe("s3-lungs")


def test_a_variant_changes_the_stage_and_the_parameters() -> None:
    pipeline = lungseg.Pipeline.from_recipe("s0-tiny@crop+augment=true+class_weight=balanced")
    assert repr(pipeline.preprocess) == "[BodyCrop()]"
    assert pipeline.classifier.augment is True
    assert pipeline.classifier.class_weight == "balanced"
    assert pipeline.classifier.network == "cbr-tiny"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("s0-tiny@lngs", ["lngs", "lungs-nocrop"]),
        ("s0-tiny+epocs=3", ["classifier.epocs", "allowed here", "epochs"]),
        ("s0-tiny+epochs=0", ["classifier.epochs", "greater than or equal to 1"]),
        ("s0-tiny+epochs", ["changes nothing", "NAME@STAGE+KEY=VALUE"]),
        ("s3-lungs@crop", ["preprocess", "lungs"]),
        ("s9", ["no such recipe", "s0-tiny"]),
    ],
)
def test_a_wrong_variant_says_what_is_allowed(name, parts) -> None:
    with pytest.raises(InputError) as caught:
        load_recipe(name)
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("description: d\nsource: s\n", "one section of"),
        (GOOD + "lungs: {network: unet-s3}\n", "one section of"),
        ("description: d\nsource: s\nroi: {}\nlungs: {network: unet-s3}\n", "lead to a classifier"),
    ],
)
def test_a_recipe_trains_one_thing(tmp_path, text, message) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(InputError, match=message):
        load_recipe(tmp_path / "bad.yaml")


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


MASKED = GOOD.replace("roi:", "masker: {weights: lungs}\nroi:")


def steps(text: str) -> str:
    """The first recipe with this list of transforms, which begins in line 8."""
    return MASKED + "preprocess:\n" + text


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("preprocess: original", "[]"),
        ("preprocess: nobackg", "[RemoveBackground()]"),
        ("preprocess: crop", "[BodyCrop()]"),
        ("preprocess: lungs-nocrop", "[ActiveContour()]"),
        ("preprocess: lungs", "[ActiveContour(crop=True)]"),
        (
            "preprocess: [{blur_mask: {filters: [[60, 200], [40, 170]]}}, halves]",
            "[BlurMask(filters=[(60.0, 200.0), (40.0, 170.0)]), Halves()]",
        ),
        (
            "preprocess:\n  - trim: {share: 0.3}\n  - clahe: {clip: 3.0, tiles: 4}\n"
            "  - lung_crop: {size: 128}",
            "[Trim(share=0.3), Clahe(tiles=4), LungCrop(size=128)]",
        ),
        (
            "preprocess: [{trim: {share: 0.2}}, standardise:]",
            "[Trim(share=0.2), Standardise()]",
        ),
    ],
)
def test_every_system_can_say_how_it_preprocesses(tmp_path, written, made) -> None:
    (tmp_path / "mine.yaml").write_text(MASKED + "  sampling: balanced\n" + written + "\n")
    pipeline = lungseg.Pipeline.from_recipe(tmp_path / "mine.yaml")
    assert repr(pipeline.preprocess) == made
    assert pipeline.classifier.sampling == "balanced"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            steps("  - clahe:\n      clip: -1\n"),
            ["line 10, preprocess.0.clahe.clip", "or equal to 0"],
        ),
        (steps("  - trim:\n  - clahe: {klip: 1}\n"), ["line 10", "allowed here: clip, tiles"]),
        (
            steps("  - trim\n  - clah\n"),
            ["line 10", "clah", "allowed here: active_contour", "clahe"],
        ),
        (steps("  - trim:\n    clahe:\n"), ["line 9", "one transform of", "lung_crop"]),
        (steps("  - halves\n  - clahe\n"), ["line 8", "list Clahe first"]),
        (steps("  - hu_window: {low: 1, high: 0}\n"), ["line 9", "low < high"]),
        (steps("  - blur_mask: {filters: [[60, 300]]}\n"), ["line 9", "or equal to 255"]),
        (GOOD + "preprocess: [lung_crop]\n", ["line 7", "needs the masks of a masker"]),
        (GOOD + "preprocess: lung\n", ["line 7", "no stage", "nobackg"]),
        (GOOD + "  sampling: smot\n", ["line 7", "sampling", "'balanced' or 'smote'"]),
    ],
)
def test_a_wrong_step_names_line_and_mend(tmp_path, text, parts) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        load_recipe(tmp_path / "bad.yaml")
    for part in parts:
        assert part in str(caught.value)


def test_an_unknown_recipe_names_those_there_are() -> None:
    with pytest.raises(InputError, match="default"):
        load_recipe("no-such-recipe")
