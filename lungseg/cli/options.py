"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

#: ``--cluster ADDRESS``.
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Run on Dask: tcp://HOST:PORT of a scheduler, or local:N for N processes here. "
        "A second call does what is missing.",
    ),
]

#: ``--resume``.
Resume = Annotated[
    bool,
    typer.Option(
        "--resume", help="Keep results in --out as they come; a second call does what is missing."
    ),
]

#: ``--pipeline NAME``; ``mask`` calls the same ``--weights``, so both are taken.
PipelineWeights = Annotated[
    str | None,
    typer.Option(
        "--pipeline",
        "--weights",
        help="Name or folder of the weights; the default ones without.",
    ),
]
