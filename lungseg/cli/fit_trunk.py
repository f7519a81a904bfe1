"""``lungseg fit-trunk``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

_PURPOSE = (
    "A start for classifiers of chest CT: the convolutions of EfficientNetB0, taught as the "
    "encoder of a U-Net to {}. Use it as `CTClassifier(weights=...)`."
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
        int, typer.Option(help="Take pictures without a case as often as this, 0: never.")
    ] = 1,
    drop: Annotated[
        list[Path] | None,
        typer.Option(help="List of file names that are not trained on; repeatable."),
    ] = None,
    lungs: Annotated[
        list[Path] | None, typer.Option(help="CSV of slices and lung masks; repeatable.")
    ] = None,
    healthy: Annotated[
        list[Path] | None,
        typer.Option(help="As --lungs, without lesions: some are blended in; repeatable."),
    ] = None,
    unlabelled: Annotated[
        list[Path] | None, typer.Option(help="CSV of pictures to restore; repeatable.")
    ] = None,
    restore: Annotated[
        float, typer.Option(help="Weight of restoring spoilt pictures, 0: lesions and lungs alone.")
    ] = 2.0,
    learning_rate: Annotated[float, typer.Option(help="At the start of a cosine decay.")] = 1e-3,
    weights: Annotated[str | None, typer.Option(help="Weights to start from.")] = None,
    bfloat16: Annotated[bool, typer.Option(help="Compute in bfloat16 while training.")] = False,
    half: Annotated[bool, typer.Option(help="Store weights in half precision.")] = False,
    seed: Annotated[int, typer.Option(help="Of split, start and augmentation.")] = 0,
) -> None:
    """Pretrain the classifier's trunk on lesions, lungs and pictures to restore.

    MANIFEST has the lesions; of manifests with splits only the training split is read.
    """
    from lungseg.backend import compute_type
    from lungseg.card import make_documents
    from lungseg.cli.training import LICENCE, checkpoint_folder
    from lungseg.manifest import read_names
    from lungseg.training.lessons import bank_of, read_lesions, read_lungs, read_unlabelled
    from lungseg.training.pretrain import pretrain_trunk, save_trunk

    left_out = [name for path in drop or () for name in read_names(path)]
    lessons = read_lesions(
        manifest,
        quarter_turns=quarter_turns,
        every=every,
        repeat_single=repeat_single,
        drop=left_out,
    )
    sources = {manifest.parent.name: len(lessons)}
    bank = bank_of(lessons) if healthy else None
    for path in lungs or ():
        lessons += (found := read_lungs(path, size=size, drop=left_out))
        sources[f"{path.parent.name} (lungs)"] = len(found)
    for path in healthy or ():
        lessons += (found := read_lungs(path, size=size, healthy=True, drop=left_out))
        sources[f"{path.parent.name} (lesions blended into every second)"] = len(found)
    for path in unlabelled or ():
        lessons += (found := read_unlabelled(path, size=size))
        sources[f"{path.parent.name} (unlabelled)"] = len(found)
    with compute_type("mixed_bfloat16" if bfloat16 else "float32"):
        model, history = pretrain_trunk(
            lessons,
            size=size,
            epochs=epochs,
            learning_rate=learning_rate,
            bank=bank,
            restore=restore,
            weights=weights,
            folder=checkpoint_folder(out, resume),
            seed=seed,
            verbose=1,
        )
    taught = ["mark lesions and lungs" if lungs or healthy else "mark lesions"]
    if restore:
        taught.append("restore spoilt pictures")
    best: dict[str, Any] = min(history, key=lambda figures: figures["val_loss"])
    documents = make_documents(
        title=f"Trunk “{out.name}”",
        purpose=_PURPOSE.format(" and to ".join(taught)),
        data=(
            f"{', '.join(f'{name}: {count}' for name, count in sources.items())} pictures of "
            f"{len({lesson.group for lesson in lessons})} cases; a tenth of the cases was kept "
            "aside to pick the epoch."
        ),
        training={
            "epochs run": len(history),
            "weights at the start": weights or "random",
            "learning rate": learning_rate,
            "weight of restoring": restore,
            "seed": seed,
            "Dice of lesions on the cases kept aside, best epoch, network grid": round(
                best["val_lesion_dice"], 3
            ),
        },
        figures={},
        licence=LICENCE,
        limits=_LIMITS,
    )
    save_trunk(model, out, size=size, documents=documents, precision="half" if half else "single")
    print(f"written to {out}")
