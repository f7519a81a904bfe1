"""``lungseg networks``."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer


class NetworkTask(str, Enum):
    """What networks are for."""

    classify = "classify"
    segment = "segment"


def networks(
    task: Annotated[NetworkTask | None, typer.Option(help="Only networks for this task.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the table of docs/networks.md.")
    ] = False,
) -> None:
    """List the networks of the library."""
    from dataclasses import asdict

    from lungseg.cli.common import print_json
    from lungseg.networks.catalogue import NETWORKS
    from lungseg.networks.table import markdown_table

    if json and markdown:
        raise ValueError("give --json or --markdown, not both")
    chosen = [known for known in NETWORKS if task is None or known.task == task.value]
    if json:
        print_json([asdict(known) for known in chosen])
    elif markdown:
        print(markdown_table(chosen))
    else:
        for known in chosen:
            systems = ", ".join(known.systems) or "none of the five systems"
            print(
                f"{known.name}: {known.task}, {known.parameters:,} parameters, from "
                f"{known.smallest} pixels; {systems}; {known.source}"
            )
