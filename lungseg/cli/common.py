"""What several commands share."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from lungseg.pipeline.pipeline import Pipeline

Item = TypeVar("Item")


def progress(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """Yield the items with a progress bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(
        items, what, total=total, console=console, transient=True, disable=not console.is_terminal
    )


def with_infection(pipeline: Pipeline, wanted: bool) -> Pipeline:
    """Give a pipeline the default infection stage, where it has none and one is wanted."""
    if wanted and pipeline.infection is None:
        from lungseg.infection import InfectionSegmenter

        pipeline.infection = InfectionSegmenter.from_pretrained()
    return pipeline


def print_json(document: object) -> None:
    """Print one JSON document and nothing else on standard output."""
    print(json.dumps(document, indent=2, ensure_ascii=False))


def complain(message: object) -> None:
    """Write one line to standard error."""
    print(message, file=sys.stderr)


def output_names(inputs: list[str]) -> list[str]:
    """Names for what is written for each input: its stem, numbered where two are alike.

    Examples
    --------
    >>> output_names(["a/scan.nii.gz", "b/scan.png", "series/"])
    ['scan-1', 'scan-2', 'series']
    """
    stems = [_stem(Path(path)) for path in inputs]
    counts, seen = Counter(stems), Counter[str]()
    names = []
    for stem in stems:
        seen[stem] += 1
        names.append(f"{stem}-{seen[stem]}" if counts[stem] > 1 else stem)
    return names


def _stem(path: Path) -> str:
    name = path.resolve().name
    return name[:-7] if name.lower().endswith(".nii.gz") else Path(name).stem or "scan"
