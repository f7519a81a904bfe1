"""Recipes: whole systems, written down as YAML and validated."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lungseg.errors import InputError

_HERE = Path(__file__).parent / "recipes"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MaskerRecipe(_Strict):
    """Which trained masker, and from which probability a pixel is lung."""

    weights: str
    threshold: float = Field(0.5, ge=0, le=1)


class RoiRecipe(_Strict):
    """Parameters of `RoiMultiply`."""

    fill: Literal["air"] | float | None = "air"
    crop: bool = True
    margin: float = Field(0.05, ge=0)
    min_confidence: float = Field(0.5, ge=0, le=1)


class ClassifierRecipe(_Strict):
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


class Recipe(_Strict):
    """A system: where it comes from, and the parameters of its stages."""

    description: str
    source: str
    masker: MaskerRecipe | None = None
    roi: RoiRecipe | None = None
    classifier: ClassifierRecipe


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
    cause = f"{where}{'.'.join(keys) or 'the recipe'}: {first['msg'].lower()}"
    if first["type"] == "extra_forbidden":
        return cause, f"allowed here: {', '.join(_allowed(keys[:-1]))}"
    return cause, "mend the value"


def _line_of(text: str, keys: list[str]) -> int | None:
    """Line on which the innermost of nested keys stands."""
    node: Any = yaml.compose(text)
    line = None
    for key in keys:
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
    sections: dict[str, type[BaseModel]] = {
        "masker": MaskerRecipe,
        "roi": RoiRecipe,
        "classifier": ClassifierRecipe,
    }
    model = sections.get(keys[0], Recipe) if keys else Recipe
    return sorted(model.model_fields)
