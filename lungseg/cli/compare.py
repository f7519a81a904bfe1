"""``lungseg compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from lungseg.cluster import Outcome


def compare(
    manifest: Annotated[
        Path, typer.Argument(help="CSV: file,label,patient[,split], or file,mask,patient.")
    ],
    recipes: Annotated[
        str,
        typer.Option(help="Names, files or variants, with commas; the first is the base."),
    ],
    out: Annotated[Path, typer.Option(help="Folder for table, figures and page.")],
    folds: Annotated[int, typer.Option(min=2, help="Parts of the patients.")] = 5,
    seeds: Annotated[int, typer.Option(min=1, help="Trainings on each fold.")] = 1,
    grid: Annotated[
        list[str] | None,
        typer.Option(help="KEY=A,B: every recipe with each value; stage=crop,… too. Repeatable."),
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    size: Annotated[int | None, typer.Option(min=16, help="Largest side of an input.")] = None,
    every: Annotated[int, typer.Option(min=1, help="Take every so-manieth scan.")] = 1,
    label_column: Annotated[str, typer.Option(help="Column that holds the label.")] = "label",
    positive: Annotated[
        str | None, typer.Option(help="Of two classes the one that figures speak of.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Dask scheduler to run on, or local:N for N processes here.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Compare recipes on the same patients; a second call does only what is missing."""
    from lungseg.cli.common import complain, print_json
    from lungseg.compare import Plan
    from lungseg.compare import compare as run

    plan = Plan(manifest, folds, label_column, positive, epochs, size, every)
    names = _recipes(recipes, grid or [])

    def report(outcome: Outcome, left: int) -> None:
        took = "" if outcome.value is None else f", {outcome.value['seconds']:.0f} s"
        complain(f"{outcome.key}{took}: {outcome.error or 'done'}; {left} left")

    result = run(plan, names, out, seeds=seeds, address=cluster, report=report)
    if json:
        print_json(result)
    else:
        _print(result, out)
    if result["failed"]:
        raise typer.Exit(1)


def _recipes(recipes: str, grid: list[str]) -> list[str]:
    """Names of all variants; a comma within brackets belongs to a value."""
    import re

    from lungseg.errors import InputError
    from lungseg.pipeline.variant import variants

    values: dict[str, list[str]] = {}
    for axis in grid:
        key, equals, listed = axis.partition("=")
        if not (key and equals and listed):
            raise InputError(f"--grid {axis}", "it names no values", "write KEY=A,B")
        values[key] = re.split(r",(?![^\[]*\])", listed)
    names = [name.strip() for name in re.split(r",(?![^\[]*\])", recipes) if name.strip()]
    return [variant for name in names for variant in variants(name, values)]


def _print(result: dict[str, Any], out: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from lungseg.compare.page import estimate_text, figure_name

    complete = {name: row for name, row in result["recipes"].items() if row["figures"]}
    table = Table("recipe")
    shown = [
        name
        for name in ("roc_auc", "f1", "accuracy", "dice", "iou", "precision", "recall")
        if any(name in row["figures"] for row in complete.values())
    ]
    for name in shown:
        table.add_column(figure_name(name), justify="right")
    table.add_column("seconds", justify="right")
    for name, row in complete.items():
        cells = [estimate_text(row["figures"][figure]) for figure in shown]
        table.add_row(name, *cells, str(row["cost"]["seconds"]))
    Console().print(table)
    print(f"written to {out / 'comparison.html'}")
