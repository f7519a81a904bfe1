"""``lungseg predict``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def predict(
    inputs: Annotated[list[str], typer.Argument(help="Files, or folders of DICOM files.")],
    pipeline: Annotated[
        str | None, typer.Option(help="Name or folder of the weights; the default ones without.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write result, mask and overlay of each input here.")
    ] = None,
    infection: Annotated[
        bool, typer.Option("--infection", help="Mark the infection, and say how much there is.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Classify scans: label and probability of each."""
    from lungseg.cli.common import complain, output_names, print_json, progress, with_infection
    from lungseg.errors import InputError
    from lungseg.pipeline.pipeline import Pipeline

    loaded = with_infection(Pipeline.from_pretrained(pipeline), infection)
    results: list[dict[str, Any]] = []
    outcomes = progress(loaded.iterate(inputs, on_error="return"), len(inputs), "predict")
    for path, name, outcome in zip(inputs, output_names(inputs), outcomes, strict=True):
        if isinstance(outcome, InputError):
            complain(f"error: {outcome}")
            results.append({"input": path, "error": str(outcome)})
            continue
        result = {**outcome.to_dict(), "input": path}
        results.append(result)
        if out is not None:
            outcome.save(out / name)
        if not json:
            print(f"{path}: {_line(result)}")
            for warning in result["warnings"]:
                complain(f"warning: {path}: {warning}")
    if json:
        print_json(results)
    if any("error" in result for result in results):
        raise typer.Exit(1)


def _line(result: dict[str, Any]) -> str:
    shown = ", ".join(f"{name} {p:.3f}" for name, p in result["probabilities"].items())
    threshold = result["threshold"]
    limit = "" if threshold is None else f"; threshold {threshold:.3f}"
    return f"{result['label']} ({shown}{limit})"
