"""What ``lungseg fit`` does with a recipe that trains a segmenter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lungseg.artifact import Precision
    from lungseg.manifest import Manifest

_PURPOSE = (
    "Marks the {target} in chest CT; made by the recipe “{recipe}”: {network}, {input_size}²."
)
_LIMITS = (
    "Trained on one data set only: other hospitals, scanners and windows will give other figures."
)


def fit_segmenter(
    recipe: str,
    manifest: Path,
    out: Path,
    *,
    resume: bool,
    epochs: int | None,
    test: float,
    validation: float,
    every: int,
    precision: Precision,
    seed: int,
) -> None:
    """Train a segmenter on the masks of a manifest, report the test patients, save.

    Parameters
    ----------
    recipe : str
        One that trains the infection or the lungs.
    manifest : Path
        CSV ``file,mask,patient[,split,label_source]``; ``case`` for ``patient`` will do.
    out, resume, epochs, test, validation, every, precision, seed
        As in ``lungseg fit``.
    """
    from lungseg.artifact import add_files
    from lungseg.cli.training import checkpoint_folder, three_splits
    from lungseg.manifest import read_masked_manifest
    from lungseg.pipeline.from_recipe import from_recipe

    estimator: Any = from_recipe(recipe)
    estimator.set_params(checkpoint=checkpoint_folder(out, resume), seed=seed, verbose=1)
    if epochs is not None:
        estimator.set_params(epochs=epochs)
    rows = read_masked_manifest(manifest, every)
    train, val, held = three_splits(rows, test=test, validation=validation, seed=seed)
    aside = (val.files, val.masks) if len(val) else None
    estimator.fit(train.files, train.masks, validation=aside, **_trust(estimator, train))
    # The stored weights are what is used, so they are what is measured.
    stored = type(estimator).from_pretrained(estimator.save(out, precision=precision))
    parts = {"train": train, "validation": val, "test": held}
    figures = {name: measure_masks(stored, parts[name]) for name in ("validation", "test")}
    documents = _documents(estimator, recipe, out, manifest, parts, figures)
    add_files(out, documents)
    for name, rows_ in figures.items():
        for figure, estimate in rows_.items():
            print(f"{name} {figure}: {estimate['value']:.4f}")
    print(f"written to {out}")


def _documents(
    estimator: Any,
    recipe: str,
    out: Path,
    manifest: Path,
    parts: dict[str, Manifest],
    figures: dict[str, Any],
) -> dict[str, str]:
    """Card and metrics."""
    from lungseg.card import make_documents
    from lungseg.cli.training import LICENCE, describe, training_facts

    return make_documents(
        title=f"Segmenter “{out.name}”",
        purpose=_PURPOSE.format(recipe=recipe, **estimator.get_params(deep=False)),
        data=f"{manifest.parent.name}: {describe(parts)}",
        training=training_facts(estimator, estimator.history_, estimator.model_.count_params()),
        figures={name: rows for name, rows in figures.items() if rows},
        licence=LICENCE,
        limits=_LIMITS,
    )


def _trust(estimator: Any, train: Manifest) -> dict[str, Any]:
    """Say which masks a person drew, where that matters to what is trained."""
    if not hasattr(estimator, "mend_labels"):
        return {}
    return {"trusted": [row.label_source != "pseudo" for row in train.rows]}


def measure_masks(stored: Any, part: Manifest) -> dict[str, Any]:
    """Figures on scans that a person marked, where there are such."""
    from lungseg.evaluation.measure_infection import measure_segmenter
    from lungseg.evaluation.measure_masker import measure_masker
    from lungseg.masker import LungMasker

    drawn = [i for i, row in enumerate(part.rows) if row.label_source != "pseudo"]
    known = part.take(drawn) if drawn else part
    if not len(known):
        return {}
    if isinstance(stored, LungMasker):
        return measure_masker(stored, known)
    return measure_segmenter(stored, known)
