"""Recipes: whole systems, written down as YAML and validated."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from lungseg.pipeline.preprocess_recipe import TransformRecipe, make_transforms
from lungseg.pipeline.recipe_errors import explain
from lungseg.pipeline.recipe_parts import (
    ClassifierRecipe,
    InfectionRecipe,
    LungsRecipe,
    MaskerRecipe,
    PublishedRecipe,
    RoiRecipe,
)
from lungseg.pipeline.strict import Strict
from lungseg.pipeline.variant import split_variant, with_changes
from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from lungseg.errors import InputError
from lungseg.preprocess.chain import check_transforms
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.stages import STAGES

Trains = Literal["classifier", "infection", "lungs"]

_HERE = Path(__file__).parent / "recipes"


class Recipe(Strict):
    """A system: where it comes from, what of it was mended, and its stages.

    It trains one of three: a classifier, within a `Pipeline`; the infection, an
    `InfectionSegmenter`; or the lungs, a `LungMasker`.
    """

    description: str
    source: str
    mended: str = ""
    published: PublishedRecipe | None = None
    masker: MaskerRecipe | None = None
    preprocess: list[TransformRecipe] = Field(default_factory=list)
    roi: RoiRecipe | None = None
    classifier: ClassifierRecipe | None = None
    infection: InfectionRecipe | None = None
    lungs: LungsRecipe | None = None

    @field_validator("preprocess", mode="before")
    @classmethod
    def _of_stage(cls, given: Any) -> Any:
        """Take the name of a stage of S0 for its transforms."""
        if not isinstance(given, str):
            return given
        if given not in STAGES:
            raise ValueError(f"no stage is named {given!r}; there are: {', '.join(STAGES)}")
        return STAGES[given]

    @field_validator("preprocess")
    @classmethod
    def _can_be_chained(
        cls, given: list[TransformRecipe], info: ValidationInfo
    ) -> list[TransformRecipe]:
        masked = info.data.get("masker") is not None
        check_transforms(make_transforms(given), masked=masked)
        return given

    @model_validator(mode="after")
    def _trains_one(self) -> Recipe:
        named = [name for name in ("classifier", "infection", "lungs") if getattr(self, name)]
        if len(named) != 1:
            raise ValueError("a recipe has one section of: classifier, infection, lungs")
        if self.classifier is None and (self.preprocess or self.roi):
            raise ValueError(f"preprocess and roi lead to a classifier, and this trains {named[0]}")
        if self.lungs is not None and self.masker is not None:
            raise ValueError("a recipe that trains a masker needs none")
        return self

    @property
    def trains(self) -> Trains:
        """What it trains."""
        if self.classifier is not None:
            return "classifier"
        return "lungs" if self.infection is None else "infection"

    def transforms(self) -> list[ScanTransform]:
        """Make the transforms of ``preprocess``."""
        return make_transforms(self.preprocess)


def names() -> list[str]:
    """Names of the recipes that ship with the library.

    Examples
    --------
    >>> "default" in names()
    True
    """
    return sorted(path.stem for path in _HERE.glob("*.yaml"))


def recipe_path(name: str | Path) -> Path:
    """File of a recipe: one that ships, or the user's own.

    Raises
    ------
    lungseg.InputError
        If there is none.
    """
    shipped = _HERE / f"{name}.yaml"
    if shipped.is_file():
        return shipped
    path = Path(name).expanduser()
    if path.is_file():
        return path
    raise InputError(
        str(name), "there is no such recipe", f"take one of {', '.join(names())}, or a YAML file"
    )


def load_recipe(name: str | Path) -> Recipe:
    """Load and validate a recipe.

    Parameters
    ----------
    name : str or Path
        Of a recipe or of a YAML file, and after it, if wanted, a stage of preprocessing
        and changed parameters of what is trained, ``NAME@STAGE+KEY=VALUE``; see
        `lungseg.pipeline.variant.split_variant`.

    Returns
    -------
    Recipe

    Raises
    ------
    lungseg.InputError
        If a key or a value is wrong: it names the line, and what is allowed.

    Examples
    --------
    >>> load_recipe("default").classifier.network
    'efficientnetb0'
    >>> load_recipe("s0-simple@crop+augment=true").classifier.augment
    True
    """
    base, changes = split_variant(name)
    path = recipe_path(base)
    text = path.read_text("utf-8")
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f" in line {mark.line + 1}"
        raise InputError(str(path), f"it is not valid YAML{where}", "mend the line") from error
    recipe = _validate(content, path, text)
    if not changes:
        return recipe
    return _validate(with_changes(content, changes), Path(name), "")


def _validate(content: Any, path: Path, text: str) -> Recipe:
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        raise InputError(str(path), *explain(error, text, Recipe)) from error
