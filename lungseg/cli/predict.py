"""``lungseg predict``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lungseg.cli.options import Cluster, PipelineWeights, Resume

if TYPE_CHECKING:
    from lungseg.cluster.log import ResultLog


def predict(
    inputs: Annotated[
        list[str], typer.Argument(help="Files, folders of DICOM files, or a manifest (.csv).")
    ],
    pipeline: PipelineWeights = None,
    out: Annotated[
        Path | None, typer.Option(help="Write result, mask and overlay of each input here.")
    ] = None,
    files: Annotated[
        bool, typer.Option(help="With --resume or --cluster: write files of each input, too.")
    ] = True,
    infection: Annotated[
        bool, typer.Option("--infection", help="Mark the infection, and say how much there is.")
    ] = False,
    cluster: Cluster = None,
    resume: Resume = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Classify scans: label and probability of each."""
    from lungseg.cli.common import complain, print_json
    from lungseg.cli.many import batch, marker_of
    from lungseg.cluster.predict_job import PredictJob
    from lungseg.cluster.weights import Weights
    from lungseg.weights import default

    out = None if out is None else out.absolute()
    job = PredictJob(
        Weights.of(pipeline or default("pipeline")),
        Weights.of(default("infection")) if infection else None,
        out=str(out) if out is not None and files else None,
        marker=marker_of(out, cluster),
    )
    with batch(job, inputs, out=out, cluster=cluster, resume=resume) as todo:
        for outcome in todo.outcomes("predict"):
            if json or outcome.error is not None:
                continue
            print(f"{outcome.key}: {_line(outcome.value)}")
            for warning in outcome.value["warnings"]:
                complain(f"warning: {outcome.key}: {warning}")
        if todo.log is not None and out is not None:
            _write_table(out / "predictions.csv", todo.log)
        if json:
            print_json([_result(record) for record in todo.in_order()])
        if any(record["error"] is not None for record in todo.records()):
            raise typer.Exit(1)


def _result(record: dict[str, Any]) -> dict[str, Any]:
    if record["error"] is not None:
        return {"input": record["key"], "error": record["error"]}
    result: dict[str, Any] = record["value"]
    return result


def _write_table(path: Path, log: ResultLog) -> None:
    from lungseg.cli.table import write_table

    first = next((r["value"] for r in log.records() if r["error"] is None), None)
    classes = [] if first is None else list(first["probabilities"])
    columns = ["file", "label", *classes, "threshold", "mask_confidence", "warnings", "error"]
    rows = (_row(record) for record in log.records())
    write_table(path, columns, rows)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    result = record["value"] or {}
    return {**result, **result.get("probabilities", {}), **record, "file": record["key"]}


def _line(result: dict[str, Any]) -> str:
    shown = ", ".join(f"{name} {p:.3f}" for name, p in result["probabilities"].items())
    threshold = result["threshold"]
    limit = "" if threshold is None else f"; threshold {threshold:.3f}"
    return f"{result['label']} ({shown}{limit})"
