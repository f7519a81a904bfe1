"""``lungseg fit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def fit(
    manifest: Annotated[
        Path, typer.Argument(help="CSV: file,label,patient[,split]; mask for label: a segmenter.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the artefact.")],
    recipe: Annotated[
        str, typer.Option(help="Name of a recipe, a YAML file, or a variant: NAME@STAGE+KEY=VALUE.")
    ] = "default",
    init: Annotated[
        str | None, typer.Option(help="Fine-tune this pipeline (name or folder) instead.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a cut-off training.")
    ] = False,
    auxiliary: Annotated[
        Path | None,
        typer.Option(help="CSV of scans of other patients that teach and are not measured on."),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(help="In place of the recipe's; with the trunk frozen no more than these."),
    ] = None,
    test: Annotated[float, typer.Option(help="Share of patients for the test.")] = 0.2,
    validation: Annotated[float, typer.Option(help="Share of the rest for validation.")] = 0.15,
    every: Annotated[
        int, typer.Option(help="Of a segmenter: take every so-manieth scan of a patient.")
    ] = 1,
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
    """Train what a recipe describes on labelled scans; report the test patients once."""
    from lungseg.backend import compute_type
    from lungseg.cli.fit_pipeline import fit_pipeline
    from lungseg.cli.fit_segmenter import fit_segmenter
    from lungseg.errors import InputError
    from lungseg.pipeline.recipe import load_recipe

    segmenter = init is None and load_recipe(recipe).trains != "classifier"
    if auxiliary is not None and (segmenter or init is not None):
        raise InputError(
            str(auxiliary),
            "auxiliary scans teach a classifier that is fitted from its recipe, nothing else",
            "leave out --auxiliary, or --init, or take the recipe of a classifier",
        )
    common: dict[str, Any] = {
        "resume": resume,
        "epochs": epochs,
        "test": test,
        "validation": validation,
        "precision": "half" if half else "single",
        "seed": seed,
    }
    with compute_type("mixed_bfloat16" if bfloat16 else "float32"):
        if segmenter:
            fit_segmenter(recipe, manifest, out, every=every, **common)
            return
        fit_pipeline(
            recipe,
            manifest,
            out,
            init=init,
            auxiliary=auxiliary,
            label_column=label_column,
            positive=positive,
            cache=cache,
            tensorboard=tensorboard,
            **common,
        )
