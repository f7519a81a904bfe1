"""``lungseg evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from lungseg.manifest import Manifest
    from lungseg.pipeline.pipeline import Pipeline


def evaluate(
    manifest: Annotated[Path, typer.Argument(help="CSV: file,label,patient[,split].")],
    out: Annotated[Path, typer.Option(help="Folder for evaluation.json and the figures.")],
    pipeline: Annotated[
        str | None, typer.Option(help="Name or folder of the weights; the default ones without.")
    ] = None,
    split: Annotated[str, typer.Option(help="train, val, test or all.")] = "test",
    label_column: Annotated[str, typer.Option(help="Column that holds the label.")] = "label",
    audit: Annotated[
        bool, typer.Option(help="Score the background and the lungs' outline alone, too.")
    ] = True,
    cache: Annotated[
        Path | None, typer.Option(help="Folder for masks, so that none is made twice.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure a pipeline: every figure with its interval over patients."""
    import json as json_module

    from lungseg.cli.common import print_json, use_cache
    from lungseg.evaluation.measure import measure_pipeline
    from lungseg.io.atomic import atomic_path
    from lungseg.manifest import read_manifest
    from lungseg.pipeline.pipeline import Pipeline

    rows = read_manifest(manifest, label=label_column)
    chosen = rows if split == "all" else rows.split(split)
    loaded = use_cache(Pipeline.from_pretrained(pipeline), cache)
    result = measure_pipeline(loaded, chosen)
    out.mkdir(parents=True, exist_ok=True)
    result["leaks"] = _leaks(rows, split)
    _draw(out, result)
    if audit and not isinstance(loaded.masker_, str):
        result["audit"] = _audit(loaded, chosen, result, out)
    with atomic_path(out / "evaluation.json") as path:
        path.write_text(json_module.dumps(result, indent=2, ensure_ascii=False), "utf-8")
    if json:
        print_json(result)
    else:
        _print(result)


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


def _audit(
    pipeline: Pipeline, chosen: Manifest, result: dict[str, Any], out: Path
) -> dict[str, Any]:
    from lungseg.evaluation.audit import audit

    known = {str(name): name for name in pipeline.classes_.tolist()}
    labels = [known[row["true"]] for row in result["predictions"]]
    found = audit(pipeline, chosen.files, labels, chosen.patients)
    found.save_figure(out / "audit.png")
    return found.to_dict()


def _print(result: dict[str, Any]) -> None:
    from lungseg.evaluation.bootstrap import Estimate

    for name, figure in result["figures"].items():
        print(f"{name}: {Estimate(**figure)}")
    for name, figure in (result["per_patient"] or {}).items():
        if name in ("roc_auc", "f1", "accuracy"):
            print(f"per patient, {name}: {Estimate(**figure)}")
    print(f"confusion (rows are true {result['classes']}): {result['confusion']}")
    for view, figure in result.get("audit", {}).get("roc_auc", {}).items():
        print(f"audit, {view}: ROC AUC {Estimate(**figure)}")
    if "audit" in result:
        print(f"audit, heat inside lungs: {Estimate(**result['audit']['heat_inside_lungs'])}")
    for leak in result["leaks"]:
        print(f"leak: {leak['file']} looks like {leak['copy']} ({leak['correlation']:.2f})")
