"""``lungseg weights``."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer


class WeightsAction(str, Enum):
    """What can be done with the weights."""

    list = "list"
    verify = "verify"


def weights(
    action: Annotated[WeightsAction, typer.Argument(help="list them, or verify their SHA-256.")],
) -> None:
    """List the weights that are installed, or check every file against its SHA-256."""
    from lungseg.artifact import read_artifact
    from lungseg.cli.common import complain
    from lungseg.errors import InputError
    from lungseg.weights import folder_of, names

    failed = False
    for name in names():
        folder = folder_of(name)
        try:
            kind = read_artifact(folder)["kind"]
        except InputError as error:
            complain(f"error: {error}")
            failed = True
            continue
        if action is WeightsAction.verify:
            print(f"{name}: every file has its SHA-256")
        else:
            size = sum(path.stat().st_size for path in folder.iterdir()) / 2**20
            print(f"{name}: {kind}, {size:.1f} MB")
    if failed:
        raise typer.Exit(1)
