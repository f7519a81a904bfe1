"""A pipeline, measured on a manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lungseg.errors import InputError
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.classification import evaluate_classifier

if TYPE_CHECKING:
    from lungseg.manifest import Manifest
    from lungseg.pipeline.pipeline import Pipeline


def measure_pipeline(
    pipeline: Pipeline, manifest: Manifest, *, repeats: int = 1000
) -> dict[str, Any]:
    """Predict every scan of a manifest and measure how right that is.

    Parameters
    ----------
    pipeline : Pipeline
    manifest : Manifest
        With labels; its scans must not have been seen in training. Labels 0 and 1 stand
        for the two classes of a pipeline in their order.
    repeats : int
        Of the bootstrap over patients.

    Returns
    -------
    dict
        As `evaluate_classifier` returns it; where the pipeline has prediction sets, with the
        figures ``set_coverage`` and ``set_size`` of those of 90 %. ``predictions`` has file,
        patient, label as the manifest has it, true and predicted class and probabilities of
        each scan; ``per_patient`` the figures where the mean probability of a patient's
        scans is that of the patient, None where a patient has scans of two classes.

    Raises
    ------
    lungseg.InputError
        If the manifest is empty or holds a label that the pipeline does not know.
    """
    known_labels(pipeline, manifest)
    return measure_probabilities(
        pipeline, manifest, pipeline.predict_proba(manifest.files), repeats=repeats
    )


def known_labels(pipeline: Pipeline, manifest: Manifest) -> dict[str, Any]:
    """Say which class each label of a manifest is.

    Parameters
    ----------
    pipeline : Pipeline
    manifest : Manifest

    Returns
    -------
    dict of str to object

    Raises
    ------
    lungseg.InputError
        If the manifest is empty or holds a label that the pipeline does not know.
    """
    classes = pipeline.classes_.tolist()
    known = {str(name): name for name in classes}
    if set(manifest.labels) <= {"0", "1"} and len(classes) == 2:
        known = {"0": classes[0], "1": classes[1]}
    unknown = sorted(set(manifest.labels) - set(known))
    if unknown or not len(manifest):
        cause = f"it holds the labels {', '.join(unknown)}" if unknown else "it holds no scans"
        raise InputError(
            str(manifest.path), cause, f"the pipeline knows {', '.join(known)}; check the split"
        )
    return known


def measure_probabilities(
    pipeline: Pipeline,
    manifest: Manifest,
    probabilities: NDArray[np.float64],
    *,
    repeats: int = 1000,
) -> dict[str, Any]:
    """Measure probabilities that were computed before.

    Parameters
    ----------
    pipeline, manifest, repeats
        As for `measure_pipeline`.
    probabilities : float array of shape (rows of the manifest, classes)

    Returns
    -------
    dict
        As `measure_pipeline` returns it.
    """
    known, classes = known_labels(pipeline, manifest), pipeline.classes_.tolist()
    predicted = pipeline.classifier_.labels_of(probabilities)
    result = evaluate_classifier(
        [known[label] for label in manifest.labels],
        probabilities,
        predicted.tolist(),
        classes=classes,
        groups=manifest.patients,
        repeats=repeats,
    )
    truth = np.array([classes.index(known[label]) for label in manifest.labels])
    result["figures"].update(_of_sets(pipeline, truth, probabilities, manifest, repeats))
    result["threshold"] = pipeline.classifier_.threshold_
    result["per_patient"] = _per_patient(pipeline, manifest, known, probabilities, repeats)
    names = [str(name) for name in classes]
    result["predictions"] = [
        {
            "file": str(row.file),
            "patient": row.patient,
            "label": row.label,
            "true": str(known[row.label]),
            "predicted": str(label),
            "probabilities": dict(zip(names, np.round(scores, 6).tolist(), strict=True)),
        }
        for row, label, scores in zip(manifest.rows, predicted, probabilities, strict=True)
    ]
    return result


def _of_sets(
    pipeline: Pipeline,
    truth: NDArray[np.intp],
    probabilities: NDArray[np.float64],
    manifest: Manifest,
    repeats: int,
) -> dict[str, Any]:
    """How often the prediction sets of 90 % hold the true class, and how large they are."""
    conformal = pipeline.classifier_.conformal_
    if conformal is None:
        return {}
    sets = conformal.sets(probabilities, 0.9)
    rows = {
        "set_coverage": sets[np.arange(len(truth)), truth],
        "set_size": sets.sum(axis=1),
    }
    return {
        name: bootstrap_estimate(
            np.mean, manifest.patients, values.astype(float), repeats=repeats
        ).to_dict()
        for name, values in rows.items()
    }


def _per_patient(
    pipeline: Pipeline,
    manifest: Manifest,
    known: dict[str, Any],
    probabilities: NDArray[np.float64],
    repeats: int,
) -> dict[str, Any] | None:
    rows_of: dict[str, list[int]] = {}
    for number, name in enumerate(manifest.patients):
        rows_of.setdefault(name, []).append(number)
    patients, owned = list(rows_of), list(rows_of.values())
    labels = [{known[manifest.labels[i]] for i in rows} for rows in owned]
    if any(len(found) > 1 for found in labels):
        return None
    means = np.array([probabilities[rows].mean(axis=0) for rows in owned])
    found = evaluate_classifier(
        [label for one in labels for label in one],
        means,
        pipeline.classifier_.labels_of(means).tolist(),
        classes=pipeline.classes_.tolist(),
        groups=patients,
        repeats=repeats,
    )
    figures: dict[str, Any] = found["figures"]
    return figures
