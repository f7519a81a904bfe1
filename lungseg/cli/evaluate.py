"""``lungseg evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    manifest: Annotated[Path, typer.Argument(help="CSV: file,label,patient[,split].")],
    out: Annotated[Path, typer.Option(help="Folder for evaluation.json.")],
    pipeline: Annotated[
        str | None, typer.Option(help="Name or folder of the weights; the default ones without.")
    ] = None,
    split: Annotated[str, typer.Option(help="train, val, test or all.")] = "test",
    label_column: Annotated[str, typer.Option(help="Column that holds the label.")] = "label",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure a pipeline: every figure with its interval over patients."""
    import json as json_module

    from lungseg.cli.common import print_json
    from lungseg.evaluation.bootstrap import Estimate
    from lungseg.evaluation.measure import measure_pipeline
    from lungseg.io.atomic import atomic_path
    from lungseg.manifest import read_manifest
    from lungseg.pipeline.pipeline import Pipeline

    rows = read_manifest(manifest, label=label_column)
    chosen = rows if split == "all" else rows.split(split)
    result = measure_pipeline(Pipeline.from_pretrained(pipeline), chosen)
    out.mkdir(parents=True, exist_ok=True)
    with atomic_path(out / "evaluation.json") as path:
        path.write_text(json_module.dumps(result, indent=2, ensure_ascii=False), "utf-8")
    if json:
        print_json(result)
        return
    for name, figure in result["figures"].items():
        print(f"{name}: {Estimate(**figure)}")
    print(f"confusion (rows are true {result['classes']}): {result['confusion']}")
