"""``lungseg evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lungseg.cli.options import Cluster, PipelineWeights, Resume

if TYPE_CHECKING:
    from lungseg.cluster.evaluate_job import EvaluateJob
    from lungseg.manifest import Manifest
    from lungseg.pipeline.pipeline import Pipeline


def evaluate(
    manifest: Annotated[Path, typer.Argument(help="CSV: file,label,patient[,split].")],
    out: Annotated[Path, typer.Option(help="Folder for evaluation.json and the figures.")],
    pipeline: PipelineWeights = None,
    split: Annotated[str, typer.Option(help="train, val, test or all.")] = "test",
    label_column: Annotated[str, typer.Option(help="Column that holds the label.")] = "label",
    audit: Annotated[
        bool, typer.Option(help="Score the background and the lungs' outline alone, too.")
    ] = True,
    cache: Annotated[
        Path | None, typer.Option(help="Folder for masks, so that none is made twice.")
    ] = None,
    repeats: Annotated[
        int, typer.Option(min=1, help="Draws of the bootstrap that the intervals are from.")
    ] = 1000,
    cluster: Cluster = None,
    resume: Resume = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure a pipeline: every figure with its interval over patients."""
    import json as json_module

    from lungseg.cli.common import print_json
    from lungseg.cli.many import marker_of
    from lungseg.cluster.evaluate_job import EvaluateJob
    from lungseg.cluster.weights import Weights
    from lungseg.io.atomic import atomic_path
    from lungseg.manifest import read_manifest
    from lungseg.pipeline.pipeline import Pipeline
    from lungseg.pipeline.use_cache import use_cache
    from lungseg.weights import default

    rows = read_manifest(manifest, label=label_column)
    chosen = rows if split == "all" else rows.split(split)
    loaded = use_cache(Pipeline.from_pretrained(pipeline), cache)
    if cluster is not None or resume:
        job = EvaluateJob(
            Weights.of(pipeline or default("pipeline")),
            audit,
            None if cache is None else str(cache.absolute()),
            marker_of(out.absolute(), cluster),
        )
        result = _measure_many(job, loaded, chosen, out.absolute(), cluster, repeats)
    else:
        result = _measure(loaded, chosen, out, audit, repeats)
    result["leaks"] = _leaks(rows, split)
    _draw(out, result)
    with atomic_path(out / "evaluation.json") as path:
        path.write_text(json_module.dumps(result, indent=2, ensure_ascii=False), "utf-8")
    if json:
        print_json(result)
    else:
        _print(result)
    if result.get("failed"):
        raise typer.Exit(1)


def _measure(
    pipeline: Pipeline, chosen: Manifest, out: Path, audit: bool, repeats: int
) -> dict[str, Any]:
    """Measure one scan after the other in this process."""
    from lungseg.evaluation.audit import audit as audit_pipeline
    from lungseg.evaluation.measure import measure_pipeline

    result = measure_pipeline(pipeline, chosen, repeats=repeats)
    out.mkdir(parents=True, exist_ok=True)
    if audit and not isinstance(pipeline.masker_, str):
        known = {str(name): name for name in pipeline.classes_.tolist()}
        labels = [known[row["true"]] for row in result["predictions"]]
        found = audit_pipeline(pipeline, chosen.files, labels, chosen.patients, repeats=repeats)
        found.save_figure(out / "audit.png")
        result["audit"] = found.to_dict()
    return result


def _measure_many(
    job: EvaluateJob,
    pipeline: Pipeline,
    chosen: Manifest,
    out: Path,
    cluster: str | None,
    repeats: int,
) -> dict[str, Any]:
    """Measure what is missing, here or on a cluster, and join it with what is there."""
    import os

    import numpy as np

    from lungseg.cli.many import batch
    from lungseg.errors import InputError
    from lungseg.evaluation.audit import join_looks
    from lungseg.evaluation.measure import known_labels, measure_probabilities

    known_labels(pipeline, chosen)  # before thousands of scans are read
    keys = [os.path.abspath(file) for file in chosen.files]
    with batch(job, keys, out=out, cluster=cluster, resume=True) as todo:
        for _ in todo.outcomes("evaluate"):
            pass
        found = {record["key"]: record for record in todo.records()}
    good = [number for number, key in enumerate(keys) if found[key]["error"] is None]
    failed = [{"file": k, "error": found[k]["error"]} for k in keys if found[k]["error"]]
    if not good:
        raise InputError(str(chosen.path), "none of its scans could be scored", "see the errors")
    used, values = chosen.take(good), [found[keys[number]]["value"] for number in good]
    probabilities = np.array([value["probabilities"] for value in values])
    result = measure_probabilities(pipeline, used, probabilities, repeats=repeats)
    result["failed"] = failed
    if values[0]["audit"] is not None:
        names = [str(name) for name in result["classes"]]
        truth = [names.index(row["true"]) for row in result["predictions"]]
        looks = [value["audit"] for value in values]
        joined = join_looks(looks, truth, used.patients, repeats=repeats)
        joined.save_figure(out / "audit.png")
        result["audit"] = joined.to_dict()
    return result


def _leaks(rows: Manifest, split: str) -> list[dict[str, Any]]:
    from lungseg.evaluation.leaks import find_leaks

    others = [i for i, row in enumerate(rows.rows) if row.split not in ("", split)]
    return [] if split == "all" else find_leaks(rows.split(split), rows.take(others))


def _numbers(result: dict[str, Any]) -> tuple[list[str], list[int], list[list[float]]]:
    """Class names, true class numbers and probabilities of the predictions."""
    names = [str(name) for name in result["classes"]]
    rows = result["predictions"]
    scores = [[row["probabilities"][name] for name in names] for row in rows]
    return names, [names.index(row["true"]) for row in rows], scores


def _draw(out: Path, result: dict[str, Any]) -> None:
    from lungseg.report.figures import classifier_figures

    names, truth, scores = _numbers(result)
    if len(set(truth)) == len(names):
        classifier_figures(out, truth, scores, names)


def _print(result: dict[str, Any]) -> None:
    from lungseg.evaluation.bootstrap import Estimate

    for name, figure in result["figures"].items():
        print(f"{name}: {Estimate(**figure)}")
    for name, figure in (result["per_patient"] or {}).items():
        if name in ("roc_auc", "f1", "accuracy"):
            print(f"per patient, {name}: {Estimate(**figure)}")
    print(f"confusion (rows are true {result['classes']}): {result['confusion']}")
    if "audit" in result:
        _print_audit(result["audit"])
    if result.get("failed"):
        print(f"left out, since they could not be used: {len(result['failed'])}")
    for leak in result["leaks"]:
        print(f"leak: {leak['file']} looks like {leak['copy']} ({leak['correlation']:.2f})")


def _print_audit(found: dict[str, Any]) -> None:
    from lungseg.evaluation.acquisition import TEXTURE
    from lungseg.evaluation.bootstrap import Estimate

    for view, figure in {**found["roc_auc"], TEXTURE: found["acquisition"]}.items():
        if figure is not None:
            print(f"audit, {view}: ROC AUC {Estimate(**figure)}")
    print(f"audit, heat inside lungs: {Estimate(**found['heat_inside_lungs'])}")
    for warning in found["warnings"]:
        print(f"audit: {warning}")
