"""The card of an artefact: what it is, what it was trained on, how right it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lungseg.evaluation.bootstrap import Estimate

_NAMES = {
    "dice": "Dice",
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC",
    "f1": "F1",
    "mcc": "MCC",
    "brier": "Brier score",
    "set_coverage": "coverage of the 90 % sets",
    "set_size": "classes in a 90 % set",
}


_INTERVALS = "Intervals are 95 %, from a bootstrap over patients."


def make_documents(
    *,
    title: str,
    purpose: str,
    data: str,
    training: Mapping[str, Any],
    figures: Mapping[str, Mapping[str, Mapping[str, Any]]],
    licence: str,
    limits: str,
) -> dict[str, str]:
    """Make ``card.md`` and ``metrics.json``.

    Parameters
    ----------
    title, purpose, data, licence, limits : str
        A paragraph each.
    training : mapping
        Facts of the training, by name.
    figures : mapping
        Split → figure → value, low, high, n and patients.

    Returns
    -------
    dict of str to str
        Text by file name.

    Examples
    --------
    >>> sorted(make_documents(title="t", purpose="p", data="d", training={}, figures={},
    ...     licence="l", limits="n"))
    ['card.md', 'metrics.json']
    """
    facts = "\n".join(f"- {name}: {value}" for name, value in training.items())
    tables = "\n\n".join(_table(split, rows) for split, rows in figures.items())
    measured = f"## Figures\n\n{_INTERVALS}\n\n{tables}\n\n" if figures else ""
    card = (
        f"# {title}\n\n{purpose}\n\n"
        f"## Data\n\n{data}\n\n"
        f"## Training\n\n{facts}\n\n"
        f"{measured}"
        f"## Limits\n\n{limits}\n\n"
        f"## Licence\n\n{licence}\n\nNot a medical device.\n"
    )
    metrics = {"training": dict(training), "figures": figures}
    return {
        "card.md": card,
        "metrics.json": json.dumps(metrics, indent=2, ensure_ascii=False) + "\n",
    }


def _table(split: str, rows: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [f"**{split}**\n", "| figure | value |", "|---|---|"]
    for name, row in rows.items():
        shown = _NAMES.get(name, name.replace("_", " "))
        lines.append(f"| {shown} | {Estimate(**row)} |")
    return "\n".join(lines)
