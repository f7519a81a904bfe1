"""``lungseg inspect``."""

from __future__ import annotations

from typing import Annotated

import typer


def inspect_inputs(
    inputs: Annotated[list[str], typer.Argument(help="Files, or folders of DICOM files.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say what each input is, whether it can be used, and what would mend it."""
    from lungseg.cli.common import print_json
    from lungseg.doctor import inspect

    reports = [inspect(path) for path in inputs]
    if json:
        print_json([report.to_dict() for report in reports])
    else:
        for report in reports:
            print(report)
    if not all(report.usable for report in reports):
        raise typer.Exit(1)
