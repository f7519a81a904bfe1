"""``lungseg fit-infection``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from lungseg.errors import InputError

if TYPE_CHECKING:
    from lungseg.infection import InfectionSegmenter
    from lungseg.masker import LungMasker
    from lungseg.scan import MaskedScan

#: By data set and by name of the figure.
Figures = dict[str, dict[str, dict[str, Any]]]

_PURPOSE = (
    "Marks the infection in the lungs of chest CT: {network}, {input_size}², target “{target}”. "
    "Any way up, HU or display grey."
)
_LIMITS = (
    "Learned from COVID-19 pneumonia; other opacities are marked too, and the disease is not told "
    "from them. The figures are of networks trained in the same way on the other folds; the "
    "threshold was chosen on the same slices."
)


def fit_infection(
    manifest: Annotated[Path, typer.Argument(help="CSV: file,mask,case[,label_source].")],
    out: Annotated[Path, typer.Option(help="Folder for the artefact.")],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a cut-off training.")
    ] = False,
    network: Annotated[str, typer.Option(help="Network by name.")] = "unet-efficientnetb0",
    target: Annotated[
        str, typer.Option(help="lungs+infection, infection or kinds.")
    ] = "lungs+infection",
    size: Annotated[int, typer.Option(help="Side of the network's input.")] = 224,
    epochs: Annotated[int, typer.Option(help="Passes over the training data.")] = 12,
    epoch_slices: Annotated[int, typer.Option(help="Draws in an epoch; 0: all slices.")] = 0,
    learning_rate: Annotated[float, typer.Option(help="Highest rate of the cosine.")] = 5e-4,
    mend_labels: Annotated[
        float, typer.Option(help="Weight of the network in labels no person drew.")
    ] = 0.5,
    every: Annotated[int, typer.Option(help="Take every so-manieth picture of a case.")] = 1,
    block: Annotated[
        int, typer.Option(help="So many neighbours without a case count as one patient.")
    ] = 10,
    folds: Annotated[
        int,
        typer.Option(
            help="Trainings that measure and calibrate; 0: cases kept aside do, and nothing "
            "is reported."
        ),
    ] = 5,
    source: Annotated[
        str | None, typer.Option(help="Take only masks of this label_source.")
    ] = None,
    healthy: Annotated[
        Path | None, typer.Option(help="CSV file: lungs without infection, to train on.")
    ] = None,
    masker: Annotated[str | None, typer.Option(help="Weights of the masker.")] = None,
    weights: Annotated[str | None, typer.Option(help="Weights to start from.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder that keeps lung masks.")] = None,
    bfloat16: Annotated[bool, typer.Option(help="Compute in bfloat16 while training.")] = False,
    half: Annotated[bool, typer.Option(help="Store weights in half precision.")] = False,
    seed: Annotated[int, typer.Option(help="Of start, order and augmentation.")] = 0,
) -> None:
    """Train an infection segmenter; masks whose label_source is “pseudo” follow the others.

    Each fold of the masks that a person drew is marked by a network that has not seen it:
    that gives the figures, the threshold and the interval. What is written was trained on all
    of them.
    """
    from lungseg.backend import compute_type
    from lungseg.cli.training import checkpoint_folder
    from lungseg.infection import InfectionSegmenter
    from lungseg.masker import LungMasker

    finder = LungMasker.from_pretrained(masker).set_params(cache=cache)
    labelled = _labelled(manifest, finder, every=every, block=block, source=source)
    if healthy:
        labelled = labelled.joined(_healthy(healthy, finder))
    folder = checkpoint_folder(out, resume)
    segmenter = InfectionSegmenter(
        network,
        target=target,  # type: ignore[arg-type]
        input_size=size,
        epochs=epochs,
        epoch_slices=epoch_slices,
        learning_rate=learning_rate,
        mend_labels=mend_labels,
        weights=weights,
        checkpoint=folder / "all",
        seed=seed,
        verbose=1,
    )
    with compute_type("mixed_bfloat16" if bfloat16 else "float32"):
        figures = _train(segmenter, labelled, folds=folds, folder=folder)
    sources = [manifest, *([healthy] if healthy else [])]
    documents = _documents(out, sources, segmenter, labelled, block, figures)
    segmenter.save(out, documents=documents, precision="half" if half else "single")
    _draw(segmenter, out)
    for found in figures.values():
        for name, figure in found.items():
            print(f"{name}: {figure['value']:.4f}")
    print(f"written to {out}")


class _Labelled(NamedTuple):
    """Scans with their lungs, and the masks of their infection."""

    items: list[MaskedScan]
    masks: list[Any]
    groups: list[Any]
    trusted: list[bool]
    drawn: int

    def joined(self, other: _Labelled) -> _Labelled:
        """Append other scans."""
        return _Labelled(
            self.items + other.items,
            self.masks + other.masks,
            self.groups + other.groups,
            self.trusted + other.trusted,
            self.drawn + other.drawn,
        )


def _labelled(
    manifest: Path, masker: LungMasker, *, every: int, block: int, source: str | None
) -> _Labelled:
    """Read what a manifest names; labels that no person drew follow those that one did."""
    from lungseg.manifest import read_manifest

    chosen = read_manifest(manifest, need=("mask",), patient="case").thinned(every).grouped(block)
    chosen = chosen.take(
        i for i, row in enumerate(chosen.rows) if source in (None, row.label_source)
    )
    if not len(chosen):
        raise InputError(str(manifest), f"no mask has the label_source “{source}”", "name another")
    drawn = [row.label_source != "pseudo" for row in chosen.rows]
    return _Labelled(
        items=list(masker.iterate(row.file for row in chosen.rows)),
        masks=[row.mask for row in chosen.rows],
        groups=list(chosen.patients),
        # Without any that a person drew, none leads.
        trusted=drawn if any(drawn) else [True] * len(drawn),
        drawn=sum(drawn),
    )


def _healthy(manifest: Path, masker: LungMasker) -> _Labelled:
    """Read scans without infection, each a patient of its own."""
    import numpy as np

    from lungseg.manifest import read_manifest

    items = list(masker.iterate(read_manifest(manifest, need=()).files))
    return _Labelled(
        items=items,
        masks=[np.zeros(scan.shape, np.uint8) for scan, _ in items],
        groups=[f"healthy {number}" for number in range(len(items))],
        trusted=[False] * len(items),
        drawn=0,
    )


def _train(
    segmenter: InfectionSegmenter, labelled: _Labelled, *, folds: int, folder: Path
) -> Figures:
    """Fit, and measure on what each fold's network has not seen; without folds not at all."""
    from lungseg.evaluation.measure_infection import measure_infection
    from lungseg.training.cross_fit import cross_fit

    items, masks, groups, trusted, _ = labelled
    if not folds:
        segmenter.fit(items, masks, groups, trusted=trusted)
        return {}
    found = dict(cross_fit(segmenter, items, masks, groups, trusted, folds=folds, folder=folder))
    segmenter.fit(items, masks, trusted=trusted)
    segmenter.calibrate_from(list(found.values()))
    measured = measure_infection(
        [(*pair, items[index].mask.voxels) for index, pair in found.items()],
        [groups[index] for index in found],
        threshold=segmenter.threshold_,
        spread=segmenter.spread_,
    )
    return {f"{folds} folds": measured}


def _documents(
    out: Path,
    sources: list[Path],
    segmenter: InfectionSegmenter,
    labelled: _Labelled,
    block: int,
    figures: Figures,
) -> dict[str, str]:
    """Card and metrics."""
    from lungseg.card import make_documents
    from lungseg.cli.training import LICENCE, training_facts

    others = len(labelled.items) - labelled.drawn
    return make_documents(
        title=f"Infection segmenter “{out.name}”",
        purpose=_PURPOSE.format(**segmenter.get_params()),
        data=(
            f"{' and '.join(source.parent.name for source in sources)}: {labelled.drawn} scans "
            f"marked by a person, {others} by a network or taken for healthy. "
            f"Pictures without a case were grouped by {block} neighbours."
        ),
        training={
            **training_facts(segmenter, segmenter.history_, segmenter.model_.count_params()),
            "threshold": segmenter.threshold_,
        },
        figures=figures,
        licence=LICENCE,
        limits=_LIMITS,
    )


def _draw(segmenter: InfectionSegmenter, out: Path) -> None:
    from lungseg.report.threshold_figure import threshold_figure

    folder = out.with_name(out.name + ".figures")
    folder.mkdir(exist_ok=True)
    if segmenter.curve_ is not None:
        threshold_figure(folder, segmenter.curve_, segmenter.threshold_)
