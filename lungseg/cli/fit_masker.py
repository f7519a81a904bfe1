"""``lungseg fit-masker``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from lungseg.training.mixture import Source

_PURPOSE = (
    "Finds the lungs in chest CT: BCDU-Net ({network}, {filters} filters, {input_size}²), taught "
    "the lungs themselves. Trained with random windows, crops, turns, noise, burnt-in marks, "
    "pockets of gas, synthetic opacities, parts of lungs that are consolidated and, where they "
    "were given, real lesions."
)
_LIMITS = (
    "A lung that is consolidated as a whole is found in part only; gas in the bowel, or the liver, "
    "may be taken for lung on slices of the belly, with a low confidence; the sides are told only "
    "on upright scans."
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
    body_scale: Annotated[
        float, typer.Option(help="Times as large a frame where a whole body is seen.")
    ] = 1.0,
    enlarge: Annotated[
        float, typer.Option(help="Times at most that slices of few pixels are enlarged.")
    ] = 3.0,
    scales: Annotated[
        list[float] | None,
        typer.Option(help="Times as large frames for four slices or fewer, averaged; repeatable."),
    ] = None,
    epochs: Annotated[
        int, typer.Option(help="Passes over the training data; 0: measure --weights.")
    ] = 70,
    batch_size: Annotated[int, typer.Option(help="Slices in a step.")] = 8,
    learning_rate: Annotated[float, typer.Option(help="Highest rate of the cosine.")] = 4e-4,
    target: Annotated[str, typer.Option(help="lungs, or surrounding as published.")] = "lungs",
    test: Annotated[float, typer.Option(help="Share of patients for the test.")] = 0.15,
    validation: Annotated[float, typer.Option(help="Share of the rest for validation.")] = 0.1,
    drop: Annotated[
        Path | None, typer.Option(help="List of files of MANIFEST that are not trained on.")
    ] = None,
    also: Annotated[
        list[Path] | None,
        typer.Option(help="More slices to train on, as lung-labels writes them; repeatable."),
    ] = None,
    main_share: Annotated[float, typer.Option(help="Share of draws that MANIFEST gets.")] = 0.5,
    lesions: Annotated[
        Path | None, typer.Option(help="CSV of diseased pictures to take lesions from.")
    ] = None,
    lesion_drop: Annotated[
        Path | None, typer.Option(help="List of files that no lesion is taken from.")
    ] = None,
    strangers: Annotated[int, typer.Option(help="Pictures without lungs to train on.")] = 0,
    phantoms: Annotated[int, typer.Option(help="Phantoms to train on.")] = 0,
    epoch_slices: Annotated[int, typer.Option(help="Draws in an epoch; 0: all slices.")] = 0,
    average: Annotated[
        float, typer.Option(help="Momentum of a running average of the weights; 0: none.")
    ] = 0.0,
    weights: Annotated[str | None, typer.Option(help="Weights to start from.")] = None,
    bfloat16: Annotated[bool, typer.Option(help="Compute in bfloat16 while training.")] = False,
    half: Annotated[bool, typer.Option(help="Store weights in half precision.")] = False,
    seed: Annotated[int, typer.Option(help="Of split, start and augmentation.")] = 0,
) -> None:
    """Train a lung masker on scans and masks; report the test patients once."""
    from lungseg.artifact import add_files
    from lungseg.backend import compute_type
    from lungseg.card import make_documents
    from lungseg.cli.training import (
        LICENCE,
        checkpoint_folder,
        describe,
        three_splits,
        training_facts,
    )
    from lungseg.evaluation.measure_masker import measure_masker
    from lungseg.manifest import read_manifest, read_names
    from lungseg.masker import LungMasker
    from lungseg.training.mixture import Source, mix, read_lesion_bank

    rows = read_manifest(manifest, need=("mask",))
    train, val, held = three_splits(rows, test=test, validation=validation, seed=seed)
    # After the split, and never from the test: that is to stay what it is.
    train = train.without(() if drop is None else read_names(drop))
    masker = LungMasker(
        network=network,
        filters=filters,
        input_size=input_size,
        body_scale=body_scale,
        enlarge=enlarge,
        scales=tuple(scales or (1.0,)),
        target=target,  # type: ignore[arg-type]
        epochs=epochs,
        epoch_slices=epoch_slices,
        average=average,
        batch_size=batch_size,
        learning_rate=learning_rate,
        weights=weights,
        seed=seed,
        checkpoint=checkpoint_folder(out, resume),
        verbose=1,
    )
    sources = [
        Source.of_manifest(train),
        *(Source.of_manifest(read_manifest(path, need=("mask",))) for path in also or ()),
        Source.of_strangers(strangers, seed),
        Source.of_phantoms(phantoms, seed),
    ]
    X, y, share = mix(sources, main_share)
    with compute_type("mixed_bfloat16" if bfloat16 else "float32"):
        masker.fit(
            X,
            y,
            validation=(val.files, val.masks) if len(val) else None,
            sample_weight=share,
            lesions=None if lesions is None else read_lesion_bank(lesions, drop=lesion_drop),
        )
    # The stored weights are what is shipped, so they are what is measured.
    precision: Any = "half" if half else "single"
    stored = LungMasker.from_pretrained(masker.save(out, precision=precision))
    parts = {"train": train, "validation": val, "test": held}
    figures = {
        name: measure_masker(stored, part) for name, part in parts.items() if name != "train"
    }
    documents = make_documents(
        title=f"Lung masker “{out.name}”",
        purpose=_PURPOSE.format(**masker.get_params()),
        data=f"{manifest.parent.name}: {describe(parts)} {_others(sources[1:])}",
        training=training_facts(masker, masker.history_, masker.model_.count_params()),
        figures={name: rows for name, rows in figures.items() if rows},
        licence=LICENCE,
        limits=_LIMITS,
    )
    add_files(out, documents)
    for name, rows_ in figures.items():
        for figure, estimate in rows_.items():
            print(f"{name} {figure}: {estimate['value']:.4f}")
    print(f"written to {out}")


def _others(sources: list[Source]) -> str:
    """One sentence on what else was trained on."""
    shown = [f"{len(source)} {source.name}" for source in sources if len(source)]
    return f"Trained also on {', '.join(shown)}." if shown else ""
