"""Variants of a recipe: another stage of preprocessing, other parameters."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import yaml

from lungseg.errors import InputError

#: What a recipe may train; the parameters of a variant are of that section.
_TRAINED = ("classifier", "infection", "lungs")


def split_variant(name: str | Path) -> tuple[str, dict[str, Any]]:
    """Take the name of a variant apart.

    Parameters
    ----------
    name : str or Path
        ``NAME@STAGE+KEY=VALUE+…``: the name of a recipe, a stage of preprocessing
        (`lungseg.preprocess.stages`), parameters. All but the name may be left out. A
        path that exists is taken whole.

    Returns
    -------
    name : str
    changes : dict
        The stage under ``preprocess``; values as YAML reads them.

    Raises
    ------
    lungseg.InputError
        If a change is no ``KEY=VALUE``.

    Examples
    --------
    >>> split_variant("s0-tiny@lungs+epochs=3+class_weight=balanced")
    ('s0-tiny', {'preprocess': 'lungs', 'epochs': 3, 'class_weight': 'balanced'})
    """
    text = str(name)
    if Path(text).expanduser().is_file():
        return text, {}
    base, *parts = text.split("+")
    base, _, stage = base.partition("@")
    changes: dict[str, Any] = {"preprocess": stage} if stage else {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not (key and equals):
            raise InputError(
                text, f"{part!r} changes nothing", "write a variant as NAME@STAGE+KEY=VALUE"
            )
        changes[key] = yaml.safe_load(value)
    return base, changes


def with_changes(content: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Apply the changes of a variant to a recipe.

    Parameters
    ----------
    content : dict
        A recipe as YAML has it.
    changes : dict
        As `split_variant` gives them.

    Returns
    -------
    dict

    Examples
    --------
    >>> with_changes({"classifier": {"epochs": 30}}, {"preprocess": "crop", "epochs": 2})
    {'classifier': {'epochs': 2}, 'preprocess': 'crop'}
    """
    trained = next(name for name in _TRAINED if name in content)
    own = dict(changes)
    stage = {"preprocess": own.pop("preprocess")} if "preprocess" in own else {}
    return {**content, **stage, trained: {**content[trained], **own}}


def variants(name: str, grid: dict[str, list[str]]) -> list[str]:
    """Name every variant of a recipe on a grid.

    Parameters
    ----------
    name : str
        Of a recipe, or of a variant.
    grid : dict of str to list of str
        Key → values; the key ``stage`` stands for the stage of preprocessing.

    Returns
    -------
    list of str

    Examples
    --------
    >>> variants("s0-tiny", {"stage": ["original", "crop"], "augment": ["false"]})
    ['s0-tiny@original+augment=false', 's0-tiny@crop+augment=false']
    """
    made = []
    for values in product(*grid.values()):
        chosen = dict(zip(grid, values, strict=True))
        stage = chosen.pop("stage", "")
        base, plus, rest = name.partition("+")
        parts = [f"{base}@{stage}" if stage else base, *([rest] if plus else [])]
        made.append("+".join([*parts, *(f"{key}={value}" for key, value in chosen.items())]))
    return made
