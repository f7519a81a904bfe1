"""``lungseg calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lungseg.cli.options import PipelineWeights


def calibrate(
    manifest: Annotated[Path, typer.Argument(help="CSV: file,label,patient[,split].")],
    out: Annotated[Path, typer.Option(help="Folder for the calibrated pipeline.")],
    pipeline: PipelineWeights = None,
    split: Annotated[str, typer.Option(help="train, val, test or all.")] = "all",
    label_column: Annotated[str, typer.Option(help="Column that holds the label.")] = "label",
    masker: Annotated[
        str | None, typer.Option(help="Weights of a masker to put in the pipeline's place.")
    ] = None,
    views: Annotated[
        int | None, typer.Option(help="Views averaged in prediction: 1, 2 or 4.")
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Folder for masks, so that none is made twice.")
    ] = None,
    half: Annotated[bool, typer.Option(help="Store weights in half precision.")] = False,
) -> None:
    """Fit temperature, threshold and prediction sets to labelled scans; train nothing.

    A new hospital's probabilities mean what they say after this, with some fifty scans that
    training has not seen. A test split of the manifest is measured once.
    """
    from lungseg.artifact import add_files
    from lungseg.card import make_documents
    from lungseg.cli.training import LICENCE, PIPELINE_LIMITS, describe, figures_of, purpose_of
    from lungseg.manifest import read_manifest
    from lungseg.masker import LungMasker
    from lungseg.pipeline.pipeline import Pipeline
    from lungseg.pipeline.use_cache import use_cache
    from lungseg.weights import default, folder_of

    rows = read_manifest(manifest, label=label_column)
    chosen = rows if split == "all" else rows.split(split)
    loaded = Pipeline.from_pretrained(pipeline)
    if masker is not None:
        loaded.masker = loaded.masker_ = LungMasker.from_pretrained(masker)
    if views is not None:
        loaded.classifier_.set_params(views=views)
    use_cache(loaded, cache).calibrate(chosen.files, chosen.labels, chosen.patients)
    parts = {"calibration": chosen}
    if split != "test" and any(row.split == "test" for row in rows.rows):
        parts["test"] = rows.split("test")
    precision: Any = "half" if half else "single"
    stored = use_cache(Pipeline.load(loaded.save(out, precision=precision)), cache)
    figures = {name: figures_of(stored, part) for name, part in parts.items()}
    classifier = loaded.classifier_
    facts = _training_facts(folder_of(pipeline or default("pipeline")) / "metrics.json")
    documents = make_documents(
        title=f"Pipeline “{out.name}”",
        purpose=purpose_of(loaded),
        data=f"{manifest.parent.name}: {describe(parts)}",
        training={
            **facts,
            "masker": masker or "as before",
            "views averaged in prediction": classifier.views,
            "temperature, fitted to the calibration data": round(classifier.temperature_, 4),
            "threshold, chosen on the calibration data": round(classifier.threshold_, 4),
        },
        figures=figures,
        licence=LICENCE,
        limits=PIPELINE_LIMITS,
    )
    add_files(out, documents)
    print(f"temperature {classifier.temperature_:.3f}, threshold {classifier.threshold_:.3f}")
    for name, found in figures.items():
        print(f"{name}: ROC AUC {found['roc_auc']['value']}, F1 {found['f1']['value']}")
    print(f"written to {out}")


def _training_facts(metrics: Path) -> dict[str, Any]:
    """Take over what the card said of the training, less what is fitted anew."""
    import json

    if not metrics.is_file():
        return {}
    facts: dict[str, Any] = json.loads(metrics.read_text("utf-8")).get("training", {})
    return {name: fact for name, fact in facts.items() if not name.startswith("threshold,")}
