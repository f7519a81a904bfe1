"""What ``lungseg fit`` does with a recipe that trains a classifier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lungseg.artifact import Precision
    from lungseg.evaluation.bootstrap import Estimate
    from lungseg.manifest import Manifest
    from lungseg.pipeline.pipeline import Pipeline


def fit_pipeline(
    recipe: str,
    manifest: Path,
    out: Path,
    *,
    init: str | None,
    auxiliary: Path | None,
    resume: bool,
    epochs: int | None,
    test: float,
    validation: float,
    label_column: str,
    positive: str | None,
    cache: Path | None,
    tensorboard: Path | None,
    precision: Precision,
    seed: int,
) -> None:
    """Train a pipeline on the labels of a manifest, report the test patients, save.

    Parameters
    ----------
    recipe, manifest, out, init, auxiliary, resume, epochs, test, validation, label_column, positive
        As in ``lungseg fit``.
    cache, tensorboard, precision, seed
        As in ``lungseg fit``.
    """
    from lungseg.artifact import add_files
    from lungseg.cli.training import checkpoint_folder, figures_of, three_splits
    from lungseg.evaluation.measure import measure_probabilities
    from lungseg.manifest import read_manifest
    from lungseg.pipeline.pipeline import Pipeline
    from lungseg.pipeline.use_cache import use_cache

    rows = read_manifest(manifest, label=label_column)
    further = None if auxiliary is None else _further(auxiliary, rows, label_column)
    train, val, held = three_splits(rows, test=test, validation=validation, seed=seed)
    folder = checkpoint_folder(out, resume)
    if init is not None:
        base = use_cache(Pipeline.from_pretrained(init), cache)
        if not (base.classifier_.epochs if epochs is None else epochs):
            # The last layer alone moves: cross-fitting keeps nothing aside.
            train, val = train.joined(val), val.take([])
        fitted = base.fine_tune(
            train.files,
            train.labels,
            train.patients,
            validation=_aside(val),
            epochs=epochs,
            checkpoint=folder,
        )
    else:
        fitted = use_cache(Pipeline.from_recipe(recipe), cache)
        _set_up(fitted, folder, tensorboard, epochs=epochs, positive=positive, seed=seed)
        if fitted.get_params()["classifier__folds"] is not None:
            # Cross-fitting keeps nothing aside: what was to choose is trained on, too.
            train, val = train.joined(val), val.take([])
        fitted.fit(
            train.files,
            train.labels,
            train.patients,
            validation=_aside(val),
            auxiliary=None if further is None else (further.files, further.labels),
        )
    # The stored weights are what is shipped, so they are what is measured.
    stored = use_cache(Pipeline.load(fitted.save(out, precision=precision)), cache)
    parts = {"train": train, "validation": val, "test": held}
    if further is not None:
        parts["auxiliary"] = further
    figures = {name: figures_of(stored, parts[name]) for name in ("validation", "test")}
    scores = getattr(fitted.classifier_, "out_of_fold_", None)
    if scores is not None:
        crossed = measure_probabilities(stored, train, scores)["figures"]
        figures = {"out of fold": crossed, **figures}
    # Without a cache every scan would be masked once more for it.
    texture = None if cache is None else _by_texture(stored, train.joined(val))
    add_files(out, _documents(fitted, out, manifest, parts, figures, texture))
    if init is not None:
        print(fitted.verdict_)
    _print(figures, texture)
    print(f"written to {out}")


def _set_up(
    pipeline: Pipeline,
    folder: Path,
    tensorboard: Path | None,
    *,
    epochs: int | None,
    positive: str | None,
    seed: int,
) -> None:
    """Set what a command says of the training of a recipe."""
    pipeline.set_params(
        classifier__checkpoint=folder,
        classifier__tensorboard=tensorboard,
        classifier__verbose=1,
        classifier__seed=seed,
    )
    if positive is not None:
        pipeline.set_params(classifier__positive=positive)
    if epochs is not None:
        frozen = min(epochs, pipeline.get_params()["classifier__frozen_epochs"])
        pipeline.set_params(classifier__epochs=epochs, classifier__frozen_epochs=frozen)


def _print(figures: dict[str, Any], texture: Estimate | None) -> None:
    from lungseg.evaluation.acquisition import TEXTURE

    for name, rows in figures.items():
        if rows:
            print(f"{name}: ROC AUC {rows['roc_auc']['value']}, F1 {rows['f1']['value']}")
    if texture is not None:
        print(f"{TEXTURE}: ROC AUC {texture.value}")
    for warning in _warnings(texture):
        print(warning)


def _further(auxiliary: Path, rows: Manifest, label_column: str) -> Manifest:
    """Read auxiliary scans, none of whose patients is among those that are measured on."""
    from lungseg.errors import InputError
    from lungseg.manifest import read_manifest

    found = read_manifest(auxiliary, label=label_column)
    shared = sorted(set(found.patients) & set(rows.patients))
    if shared:
        raise InputError(
            str(auxiliary),
            f"{len(shared)} patients are in {rows.path} as well: {', '.join(shared[:3])}",
            "take them out of one of the two",
        )
    unknown = sorted(set(found.labels) - set(rows.labels))
    if unknown:
        raise InputError(
            str(auxiliary),
            f"it has labels that {rows.path} has not: {', '.join(unknown)}",
            "name the classes alike in both",
        )
    return found


def _aside(val: Manifest) -> tuple[list[Path], list[str]] | None:
    return (val.files, val.labels) if len(val) else None


def _by_texture(pipeline: Pipeline, rows: Manifest) -> Estimate | None:
    """Ask of what was learned from how far the classes are told without the lungs."""
    from lungseg.evaluation.acquisition import acquisition_bias, can_be_asked

    masker = pipeline.masker_
    if isinstance(masker, str) or not can_be_asked(rows.labels, rows.patients):
        return None
    return acquisition_bias(rows.files, rows.labels, rows.patients, masker=masker)


def _warnings(texture: Estimate | None) -> list[str]:
    from lungseg.evaluation.acquisition import MADE_DIFFERENTLY

    return [MADE_DIFFERENTLY] if texture is not None and texture.is_above(0.5) else []


def _documents(
    fitted: Pipeline,
    out: Path,
    manifest: Path,
    parts: dict[str, Manifest],
    figures: dict[str, Any],
    texture: Estimate | None,
) -> dict[str, str]:
    """Card and metrics."""
    from lungseg.card import make_documents
    from lungseg.cli.training import (
        LICENCE,
        PIPELINE_LIMITS,
        describe,
        purpose_of,
        training_facts,
    )
    from lungseg.evaluation.acquisition import TEXTURE

    classifier = fitted.classifier_
    # A base that was kept comes from its folder, and was not trained here.
    history = getattr(classifier, "history_", [])
    verdict = getattr(fitted, "verdict_", None)
    if texture is not None:
        figures = {**figures, TEXTURE: {"roc_auc": texture.to_dict()}}
    return make_documents(
        title=f"Pipeline “{out.name}”",
        purpose=purpose_of(fitted),
        data=f"{manifest.parent.name}: {describe(parts)}",
        training={
            **training_facts(classifier, history, classifier.model_.count_params()),
            **({} if verdict is None else {"fine-tuning": str(verdict)}),
            "threshold, chosen on scans that were not trained on": round(classifier.threshold_, 4),
            "temperature, chosen likewise": round(classifier.temperature_, 4),
        },
        figures={name: rows for name, rows in figures.items() if rows},
        licence=LICENCE,
        limits=" ".join([PIPELINE_LIMITS, *_warnings(texture)]),
    )
