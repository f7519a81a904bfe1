"""``lungseg fit-masker``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from lungseg.manifest import Manifest
    from lungseg.masker import LungMasker

_PURPOSE = (
    "Finds the lungs in chest CT: BCDU-Net ({network}, {filters} filters, {input_size}²), taught "
    "the lungs themselves. Trained with random windows, crops, turns, noise, burnt-in marks and "
    "synthetic opacities."
)
_LIMITS = (
    "Trained on mostly healthy slices through the middle of the chest; gas in the bowel may be "
    "taken for lung on slices of the belly, and the sides are told only on upright scans."
)


def fit_masker(
    manifest: Annotated[Path, typer.Argument(help="CSV: file,mask,patient[,split].")],
    out: Annotated[Path, typer.Option(help="Folder for the artefact.")],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a cut-off training.")
    ] = False,
    network: Annotated[str, typer.Option(help="bcdunet-d3 or bcdunet-d1.")] = "bcdunet-d3",
    filters: Annotated[int, typer.Option(help="Width of the first stage.")] = 16,
    input_size: Annotated[int, typer.Option(help="Side of the network's input.")] = 256,
    epochs: Annotated[int, typer.Option(help="Passes over the training data.")] = 70,
    batch_size: Annotated[int, typer.Option(help="Slices in a step.")] = 8,
    learning_rate: Annotated[float, typer.Option(help="Highest rate of the cosine.")] = 4e-4,
    target: Annotated[str, typer.Option(help="lungs, or surrounding as published.")] = "lungs",
    test: Annotated[float, typer.Option(help="Share of patients for the test.")] = 0.15,
    validation: Annotated[float, typer.Option(help="Share of the rest for validation.")] = 0.1,
    half: Annotated[bool, typer.Option(help="Store weights in half precision.")] = False,
    seed: Annotated[int, typer.Option(help="Of split, start and augmentation.")] = 0,
) -> None:
    """Train a lung masker on scans and masks; report the test patients once."""
    from lungseg.card import make_documents
    from lungseg.cli.training import (
        LICENCE,
        checkpoint_folder,
        describe,
        three_splits,
        training_facts,
    )
    from lungseg.manifest import read_manifest
    from lungseg.masker import LungMasker

    rows = read_manifest(manifest, need=("mask",))
    train, val, held = three_splits(rows, test=test, validation=validation, seed=seed)
    masker = LungMasker(
        network=network,
        filters=filters,
        input_size=input_size,
        target=target,  # type: ignore[arg-type]
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
        checkpoint=checkpoint_folder(out, resume),
        verbose=1,
    )
    masker.fit(train.files, train.masks, validation=(val.files, val.masks) if len(val) else None)
    # The stored weights are what is shipped, so they are what is measured.
    precision: Any = "half" if half else "single"
    stored = LungMasker.from_pretrained(masker.save(out, precision=precision))
    parts = {"train": train, "validation": val, "test": held}
    figures = {name: _figures(stored, part) for name, part in parts.items() if name != "train"}
    documents = make_documents(
        title=f"Lung masker “{out.name}”",
        purpose=_PURPOSE.format(**masker.get_params()),
        data=f"{manifest.parent.name}: {describe(parts)}",
        training=training_facts(masker, masker.history_, masker.model_.count_params()),
        figures={name: rows for name, rows in figures.items() if rows},
        licence=LICENCE,
        limits=_LIMITS,
    )
    masker.save(out, documents=documents, precision=precision)
    for name, rows_ in figures.items():
        for figure, estimate in rows_.items():
            print(f"{name} {figure}: {estimate['value']:.4f}")
    print(f"written to {out}")


def _figures(masker: LungMasker, part: Manifest) -> dict[str, dict[str, Any]]:
    """Mean and least Dice over scans."""
    import numpy as np

    from lungseg.evaluation.bootstrap import bootstrap_estimate
    from lungseg.evaluation.dice import dice
    from lungseg.io.masks import read_mask

    if not len(part):
        return {}
    scores = [
        dice(item.mask.lungs, read_mask(truth, item.scan))
        for item, truth in zip(masker.iterate(part.files), part.masks, strict=True)
    ]
    mean = bootstrap_estimate(np.mean, part.patients, scores)
    return {
        "mean Dice": mean.to_dict(),
        # A bootstrap says nothing of an extreme value: no interval.
        "least Dice": {**mean.to_dict(), "value": min(scores), "low": None, "high": None},
    }
