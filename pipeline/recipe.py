"""Recipes: whole systems, written down as YAML and validated."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from lungseg.pipeline.preprocess_recipe import TransformRecipe, make_transforms
from lungseg.pipeline.strict import Strict
from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator

from lungseg.errors import InputError
from lungseg.preprocess.chain import check_transforms
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.stages import STAGES

_HERE = Path(__file__).parent / "recipes"


class MaskerRecipe(Strict):
    """Which trained masker, and from which probability a pixel is lung."""

    weights: str
    threshold: float = Field(0.5, ge=0, le=1)


class RoiRecipe(Strict):
    """Parameters of `RoiMultiply`."""

    fill: Literal["air"] | float | None = "air"
    crop: bool = True
    margin: float = Field(0.05, ge=0)
    min_confidence: float = Field(0.5, ge=0, le=1)


class ClassifierRecipe(Strict):
    """Parameters of `CTClassifier`; those left out keep their defaults."""

    network: str = "efficientnetb0"
    network_options: dict[str, Any] | None = None
    weights: str | None = None
    input_size: int | None = Field(None, ge=1)
    window: tuple[float, float] | None = None
    loss: Literal["focal", "cross-entropy"] | None = None
    gamma: float | None = Field(None, ge=0)
    alpha: list[float] | None = None
    class_weight: Literal["balanced"] | None = None
    sampling: Literal["balanced", "smote"] | None = None
    dropout: float | None = Field(None, ge=0, lt=1)
    epochs: int | None = Field(None, ge=1)
    batch_size: int | None = Field(None, ge=1)
    learning_rate: float | None = Field(None, gt=0)
    frozen_epochs: int | None = Field(None, ge=0)
    unfreeze: float | None = Field(None, ge=0, le=1)
    freeze_norm: bool | Literal["auto"] | None = None
    average: float | None = Field(None, ge=0, lt=1)
    mixup: float | None = Field(None, ge=0)
    patience: int | None = Field(None, ge=1)
    augment: bool | None = None
    pool: Literal["mean", "max", "top"] | None = None
    max_slices: int | None = Field(None, ge=1)
    views: Literal[1, 2, 4] | None = None
    threshold: (
        float | Literal["youden", "f1"] | tuple[Literal["sensitivity", "cost"], float] | None
    ) = None
    positive: str | None = None


class Recipe(Strict):
    """A system: where it comes from, and the parameters of its stages."""

    description: str
    source: str
    masker: MaskerRecipe | None = None
    preprocess: list[TransformRecipe] = Field(default_factory=list)
    roi: RoiRecipe | None = None
    classifier: ClassifierRecipe

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
    """
    path = recipe_path(name)
    text = path.read_text("utf-8")
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f" in line {mark.line + 1}"
        raise InputError(str(path), f"it is not valid YAML{where}", "mend the line") from error
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        raise InputError(str(path), *_explain(error, text)) from error


def _explain(error: ValidationError, text: str) -> tuple[str, str]:
    """Cause and mend of the first thing that is wrong."""
    first = error.errors()[0]
    keys = [str(part) for part in first["loc"] if not str(part).startswith(("function", "literal"))]
    line = _line_of(text, keys)
    where = f"line {line}, " if line else ""
    own = first["msg"].startswith("Value error, ")
    message = first["msg"].removeprefix("Value error, ") if own else first["msg"].lower()
    cause = f"{where}{'.'.join(keys) or 'the recipe'}: {message}"
    if first["type"] == "extra_forbidden":
        return cause, f"allowed here: {', '.join(_allowed(keys[:-1]))}"
    return cause, "mend the value"


def _line_of(text: str, keys: list[str]) -> int | None:
    """Line on which the innermost of nested keys stands."""
    node: Any = yaml.compose(text)
    line = None
    for key in keys:
        if isinstance(node, yaml.SequenceNode) and key.isdigit():
            node = node.value[int(key)]
            line = node.start_mark.line + 1
            continue
        if not isinstance(node, yaml.MappingNode):
            break
        for name, value in node.value:
            if name.value == key:
                line, node = name.start_mark.line + 1, value
                break
        else:
            break
    return line


def _allowed(keys: list[str]) -> list[str]:
    """Keys of the part of a recipe that nested keys lead to."""
    model: type[BaseModel] = Recipe
    for key in keys:
        if not key.isdigit():
            model = _model_in(model.model_fields[key].annotation) or model
    return sorted(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Find the part of a recipe that a list or an option holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(inner) for inner in get_args(annotation))
    return next((model for model in found if model is not None), None)
