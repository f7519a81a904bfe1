"""The page and the files of a comparison."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lungseg.compare import figures
from lungseg.compare.plan import Job
from lungseg.compare.run_job import heat_path
from lungseg.compare.table import Record, done_by, gather
from lungseg.evaluation.bootstrap import Estimate
from lungseg.io.atomic import atomic_path
from lungseg.report.template import load_template

if TYPE_CHECKING:
    from lungseg.manifest import Manifest

_NAMES = {
    "roc_auc": "ROC AUC",
    "f1": "F1",
    "weighted_f1": "weighted F1",
    "dice": "Dice",
    "iou": "IoU",
}


def write_comparison(
    result: dict[str, Any], rows: Manifest, records: Sequence[Record], folder: Path
) -> None:
    """Write ``comparison.json``, the figures, and ``comparison.html`` that holds them all.

    Parameters
    ----------
    result : dict
        As `lungseg.compare.summary.summarise` returns it.
    rows, records
        What it was made of.
    folder : Path
        Must exist.
    """
    with atomic_path(folder / "comparison.json") as path:
        path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", "utf-8")
    drawn = _draw(result, rows, records, folder)
    with atomic_path(folder / "comparison.html") as path:
        path.write_text(comparison_page(result, folder, drawn), "utf-8")


def comparison_page(result: dict[str, Any], folder: Path, drawn: Sequence[str]) -> str:
    """Write a comparison as one HTML page that asks for nothing.

    Parameters
    ----------
    result : dict
    folder : Path
        Where the figures are.
    drawn : sequence of str
        Their names.

    Returns
    -------
    str
    """
    template = load_template(
        "lungseg.compare", "page.html", estimate=estimate_text, figure=figure_name
    )
    complete = {name: row for name, row in result["recipes"].items() if row["figures"]}
    page: str = template.render(
        result=result,
        complete=complete,
        missing=[name for name in result["recipes"] if name not in complete],
        names=list(next(iter(complete.values()))["figures"]) if complete else [],
        pictures={name: _uri(folder / f"{name}.png") for name in drawn},
    )
    return page


def _draw(
    result: dict[str, Any], rows: Manifest, records: Sequence[Record], folder: Path
) -> list[str]:
    """Draw what can be drawn of the recipes that are complete."""
    classes, seeds = result["classes"], result["plan"]["seeds"]
    complete = [name for name, row in result["recipes"].items() if row["figures"]]
    done = {name: done_by(records, name) for name in complete}
    if not complete:
        return []
    drawn: list[str] = []
    if classes:
        truth = np.array([classes.index(row.label) for row in rows.rows])
        found = {name: gather(done[name], classes, len(rows), seeds) for name in complete}
        scores = {
            name: one.probabilities.mean(axis=1)
            for name, one in found.items()
            if one is not None and one.probabilities is not None
        }
        drawn += figures.draw_curves(folder, truth, scores, classes)
        counts = {name: result["recipes"][name]["confusion"] for name in complete}
        drawn += figures.draw_confusion(folder, counts, classes)
        heat = {name: heat_path(str(folder), Job(name, 0, 0, "")) for name in complete}
        drawn += figures.draw_heat(folder, heat, classes[1])
    return drawn + figures.draw_training(folder, done)


def _uri(path: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def figure_name(name: str) -> str:
    """Write the name of a figure.

    Examples
    --------
    >>> figure_name("roc_auc"), figure_name("accuracy")
    ('ROC AUC', 'accuracy')
    """
    return _NAMES.get(name, name.replace("_", " "))


def estimate_text(row: dict[str, Any] | None, *, signed: bool = False) -> str:
    """Write a figure and its interval.

    Examples
    --------
    >>> row = {"value": 0.806, "low": 0.69, "high": 0.89, "n": 62, "patients": 40}
    >>> estimate_text(row), estimate_text(row, signed=True), estimate_text(None)
    ('.806 [.690, .890]', '+.806 [+.690, +.890]', '–')
    """
    if row is None:
        return "–"
    found = Estimate(**row)
    if found.value is None:
        return "undefined"
    style = "+.3f" if signed else ".3f"

    def short(value: float) -> str:
        text = format(value, style)
        return text.replace("0.", ".", 1) if abs(value) < 1 else text

    if found.low is None or found.high is None:
        return short(found.value)
    return f"{short(found.value)} [{short(found.low)}, {short(found.high)}]"
