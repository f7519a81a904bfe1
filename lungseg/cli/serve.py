"""``lungseg serve``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lungseg.cli.options import PipelineWeights


def serve(
    pipeline: PipelineWeights = None,
    host: Annotated[str, typer.Option(help="Name or address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8000,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="LUNGSEG_TOKEN",
            show_envvar=True,
            help="What clients must know; needed for every host that others reach.",
        ),
    ] = None,
    queue: Annotated[int, typer.Option(help="Requests taken in at a time.")] = 32,
    batch: Annotated[int, typer.Option(help="Scans handed to the pipeline at a time.")] = 8,
    max_upload: Annotated[int, typer.Option(help="Largest upload in MiB.")] = 512,
) -> None:
    """Show a page, and answer over HTTP, until Ctrl-C. Not a medical device."""
    from lungseg.serve.settings import MIB, Limits, Settings

    limits = Limits(upload_bytes=max_upload * MIB, queue=queue, batch=batch)
    settings = Settings(host, port, token or None, limits)
    _require_packages()
    from lungseg.serve.run import run

    run(_load(pipeline), _name(pipeline), settings)


def _require_packages() -> None:
    from importlib.util import find_spec

    for package in ("fastapi", "gradio", "prometheus_client", "python_multipart", "uvicorn"):
        if find_spec(package) is None:
            raise ModuleNotFoundError(
                f"lungseg serve needs {package}: pip install 'lungseg[serve]'"
            )


def _load(name: str | None) -> object:
    from lungseg.cli.common import with_infection
    from lungseg.pipeline.pipeline import Pipeline

    return with_infection(Pipeline.from_pretrained(name), True)


def _name(pipeline: str | None) -> str:
    """Name of the weights; of a folder only its last part."""
    from lungseg.weights import default

    return Path(pipeline or default("pipeline")).name
