"""``lungseg fit-trunk``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

_PURPOSE = (
    "A start for classifiers of chest CT: the convolutions of EfficientNetB0, taught to mark "
    "lesions as the encoder of a U-Net. Use it as `CTClassifier(weights=...)`."
)
_LIMITS = "It classifies nothing by itself. The lesion masks were mostly made by a network."


def fit_trunk(
    manifest: Annotated[Path, typer.Argument(help="CSV: file,mask,patient or case.")],
    out: Annotated[Path, typer.Option(help="Folder for the artefact.")],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a cut-off training.")
    ] = False,
    size: Annotated[int, typer.Option(help="Side of the pictures.")] = 224,
    epochs: Annotated[int, typer.Option(help="Passes over the training data.")] = 12,
    quarter_turns: Annotated[int, typer.Option(help="Turn the pictures, anticlockwise.")] = 0,
    every: Annotated[int, typer.Option(help="Take every so-manieth picture of a case.")] = 1,
    repeat_single: Annotated[
        int, typer.Option(help="Take pictures without a case as often as this.")
    ] = 1,
    half: Annotated[bool, typer.Option(help="Store weights in half precision.")] = False,
    seed: Annotated[int, typer.Option(help="Of split, start and augmentation.")] = 0,
) -> None:
    """Pretrain the classifier's trunk: it learns to mark lesions."""
    from lungseg.card import make_documents
    from lungseg.cli.training import LICENCE, checkpoint_folder
    from lungseg.training.pretrain import pretrain_trunk, read_lesions, save_trunk

    pictures, lesions, groups = read_lesions(
        manifest, quarter_turns=quarter_turns, every=every, repeat_single=repeat_single
    )
    model, history = pretrain_trunk(
        pictures,
        lesions,
        groups,
        size=size,
        epochs=epochs,
        folder=checkpoint_folder(out, resume),
        seed=seed,
        verbose=1,
    )
    best: dict[str, Any] = min(history, key=lambda figures: figures["val_loss"])
    documents = make_documents(
        title=f"Trunk “{out.name}”",
        purpose=_PURPOSE,
        data=(
            f"{manifest.parent.name}: {len(pictures)} pictures of {len(set(groups))} cases, a "
            "tenth of the cases kept aside to pick the epoch."
        ),
        training={
            "epochs run": len(history),
            "seed": seed,
            "Dice of lesions on the cases kept aside, best epoch, network grid": round(
                best["val_mean_dice"], 3
            ),
        },
        figures={},
        licence=LICENCE,
        limits=_LIMITS,
    )
    save_trunk(model, out, size=size, documents=documents, precision="half" if half else "single")
    print(f"written to {out}")
