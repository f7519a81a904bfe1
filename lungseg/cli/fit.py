"""``lungseg fit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def fit(
    manifest: Annotated[Path, typer.Argument(help="CSV: file,label,patient[,split].")],
    out: Annotated[Path, typer.Option(help="Folder for the artefact.")],
    recipe: Annotated[str, typer.Option(help="Name of a recipe, or a YAML file.")] = "default",
    init: Annotated[
        str | None, typer.Option(help="Fine-tune this pipeline (name or folder) instead.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a cut-off training.")
    ] = False,
    epochs: Annotated[int | None, typer.Option(help="In place of the recipe's.")] = None,
    test: Annotated[float, typer.Option(help="Share of patients for the test.")] = 0.2,
    validation: Annotated[float, typer.Option(help="Share of the rest for validation.")] = 0.15,
    label_column: Annotated[str, typer.Option(help="Column that holds the label.")] = "label",
    positive: Annotated[
        str | None, typer.Option(help="Of two classes the one the threshold speaks of.")
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Folder for masks, so that none is made twice.")
    ] = None,
    bfloat16: Annotated[bool, typer.Option(help="Compute in bfloat16 while training.")] = False,
    tensorboard: Annotated[Path | None, typer.Option(help="Folder for TensorBoard's logs.")] = None,
    half: Annotated[bool, typer.Option(help="Store weights in half precision.")] = False,
    seed: Annotated[int, typer.Option(help="Of split, start and augmentation.")] = 0,
) -> None:
    """Train a pipeline on labelled scans; report the test patients once."""
    from lungseg.backend import compute_type
    from lungseg.card import make_documents
    from lungseg.cli.common import use_cache
    from lungseg.cli.training import (
        LICENCE,
        PIPELINE_LIMITS,
        checkpoint_folder,
        describe,
        figures_of,
        purpose_of,
        three_splits,
        training_facts,
    )
    from lungseg.manifest import read_manifest
    from lungseg.pipeline.pipeline import Pipeline

    rows = read_manifest(manifest, label=label_column)
    train, val, held = three_splits(rows, test=test, validation=validation, seed=seed)
    aside = (val.files, val.labels) if len(val) else None
    folder = checkpoint_folder(out, resume)
    with compute_type("mixed_bfloat16" if bfloat16 else "float32"):
        if init is not None:
            base = use_cache(Pipeline.from_pretrained(init), cache)
            fitted = base.fine_tune(
                train.files,
                train.labels,
                train.patients,
                validation=aside,
                epochs=epochs or 15,
                checkpoint=folder,
            )
        else:
            fitted = use_cache(Pipeline.from_recipe(recipe), cache)
            fitted.set_params(
                classifier__checkpoint=folder,
                classifier__tensorboard=tensorboard,
                classifier__verbose=1,
                classifier__seed=seed,
            )
            if positive is not None:
                fitted.set_params(classifier__positive=positive)
            if epochs is not None:
                fitted.set_params(classifier__epochs=epochs)
            fitted.fit(train.files, train.labels, train.patients, validation=aside)
    precision: Any = "half" if half else "single"
    # The stored weights are what is shipped, so they are what is measured.
    stored = use_cache(Pipeline.load(fitted.save(out, precision=precision)), cache)
    parts = {"train": train, "validation": val, "test": held}
    figures = {name: figures_of(stored, parts[name]) for name in ("validation", "test")}
    classifier = fitted.classifier_
    documents = make_documents(
        title=f"Pipeline “{out.name}”",
        purpose=purpose_of(fitted),
        data=f"{manifest.parent.name}: {describe(parts)}",
        training={
            **training_facts(classifier, classifier.history_, classifier.model_.count_params()),
            "threshold, chosen on the validation data": round(classifier.threshold_, 4),
        },
        figures={name: rows_ for name, rows_ in figures.items() if rows_},
        licence=LICENCE,
        limits=PIPELINE_LIMITS,
    )
    fitted.save(out, documents=documents, precision=precision)
    if init is not None:
        print(fitted.verdict_)
    for name, rows_ in figures.items():
        if rows_:
            print(f"{name}: ROC AUC {rows_['roc_auc']['value']}, F1 {rows_['f1']['value']}")
    print(f"written to {out}")
