"""What is wrong with a recipe, in one line that names the line."""

from __future__ import annotations

from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError


def explain(error: ValidationError, text: str, model: type[BaseModel]) -> tuple[str, str]:
    """Say the cause and the mend of the first thing that is wrong.

    Parameters
    ----------
    error : pydantic.ValidationError
    text : str
        The YAML.
    model : type of pydantic.BaseModel
        What it was checked against.

    Returns
    -------
    cause, mend : str
    """
    first = error.errors()[0]
    keys = [str(part) for part in first["loc"] if not str(part).startswith(("function", "literal"))]
    line = _line_of(text, keys)
    where = f"line {line}, " if line else ""
    own = first["msg"].startswith("Value error, ")
    message = first["msg"].removeprefix("Value error, ") if own else first["msg"].lower()
    cause = f"{where}{'.'.join(keys) or 'the recipe'}: {message}"
    if first["type"] == "extra_forbidden":
        return cause, f"allowed here: {', '.join(_allowed(model, keys[:-1]))}"
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


def _allowed(model: type[BaseModel], keys: list[str]) -> list[str]:
    """Keys of the part of a recipe that nested keys lead to."""
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
