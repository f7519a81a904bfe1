"""``lungseg recipes``."""

from __future__ import annotations

from typing import Annotated

import typer


def recipes(
    name: Annotated[str | None, typer.Argument(help="Print this recipe whole.")] = None,
) -> None:
    """List the recipes, or print one."""
    from lungseg.pipeline.recipe import load_recipe, names, recipe_path

    if name is not None:
        load_recipe(name)
        print(recipe_path(name).read_text("utf-8"), end="")
        return
    for known in names():
        print(f"{known}: {load_recipe(known).description}")
