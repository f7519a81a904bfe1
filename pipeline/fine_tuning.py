"""How a pipeline is trained further, and compared with what it came from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from lungseg.pipeline.gate import Verdict, judge
from numpy.typing import NDArray
from sklearn.base import clone

from lungseg.classifier import CTClassifier
from lungseg.evaluation.splits import count_patients, grouped_split
from lungseg.inputs import check_is_list, check_same_length
from lungseg.labels import as_groups, as_labels

if TYPE_CHECKING:
    from lungseg.pipeline.pipeline import Pipeline

#: Parts of the patients, where a last layer alone is tuned: no gradient is taken in any.
_FOLDS = 5

#: Of fewer patients none is kept aside to compare a tuned pipeline with its base.
_GATE_PATIENTS = 20

#: Scans and their labels.
_Labelled = tuple[Iterable[Any], Sequence[Any]]


@dataclass(frozen=True)
class _Samples:
    """Scans, the label of each, and its patient where patients are known."""

    scans: list[Any]
    labels: list[Any]
    groups: list[Any] | None

    def take(self, numbers: NDArray[np.intp]) -> _Samples:
        groups = None if self.groups is None else [self.groups[i] for i in numbers]
        return _Samples([self.scans[i] for i in numbers], [self.labels[i] for i in numbers], groups)

    def split(self, share: float) -> tuple[_Samples, _Samples]:
        """Keep a share of the patients aside, which comes second."""
        keep, aside = grouped_split(self.labels, self.groups or (), share)
        return self.take(keep), self.take(aside)

    def folds(self) -> int | None:
        """Return how many folds the patients of the rarest class allow; None for too few."""
        if self.groups is None:
            return None
        found = min(_FOLDS, *count_patients(self.labels, self.groups).values())
        return found if found > 1 else None


def fine_tune(
    base: Pipeline,
    X: Iterable[Any],
    y: Sequence[Any],
    groups: Sequence[Any] | None = None,
    *,
    epochs: int | None = None,
    ridge: float | None = None,
    validation: _Labelled | None = None,
    gate: float = 0.2,
    **training: Any,
) -> Pipeline:
    """Train the classifier of a pipeline further, and keep it if it is better.

    Parameters
    ----------
    base : Pipeline
        Fitted; it stays as it is.
    X, y, groups, epochs, ridge, validation, gate
        See `Pipeline.fine_tune`.
    **training
        Further parameters of `CTClassifier`.

    Returns
    -------
    Pipeline
        A new one, with its ``verdict_``.

    Examples
    --------
    >>> import lungseg
    >>> scans = [lungseg.phantom(slices=1, size=64, seed=s, opacities=s % 2) for s in range(4)]
    >>> labels = ["healthy", "ill", "healthy", "ill"]
    >>> simple = lungseg.CTClassifier("simple", input_size=32, epochs=1)
    >>> base = lungseg.Pipeline("passthrough", classifier=simple).fit(scans, labels)
    >>> print(fine_tune(base, scans, labels, range(4), epochs=1).verdict_)
    the tuned pipeline was kept: 4 patients are too few to keep some aside
    """
    check_is_list(X)
    owners = as_groups(groups)
    samples = _Samples(list(X), as_labels(y).tolist(), owners)
    check_same_length(X=samples.scans, y=samples.labels, groups=owners)
    start = base.classifier_
    if epochs is None:
        epochs = 15 if start.epochs else 0
    if ridge is None and not epochs:
        ridge = start.ridge
    folds = None if epochs or validation else samples.folds()
    tuned = clone(start).set_params(epochs=epochs, ridge=ridge, folds=folds, **training)
    verdict = _not_compared(base, samples, gate)
    if verdict is not None:
        pipeline = _train(base, tuned, samples, validation)
    elif folds is not None:
        # Each was scored by a last layer that was fitted without its patient.
        pipeline = _train(base, tuned, samples, validation)
        verdict = _judge(base, samples, tuned.before_, tuned.out_of_fold_)
    else:
        kept, aside = samples.split(gate)
        pipeline = _train(base, tuned, kept, validation)
        before, after = (one.predict_proba(aside.scans) for one in (base, pipeline))
        verdict = _judge(base, aside, before, after)
    pipeline.verdict_ = verdict
    if verdict.kept == "base":
        pipeline.classifier_ = base.classifier_
    return pipeline


def _not_compared(base: Pipeline, samples: _Samples, gate: float) -> Verdict | None:
    """Say why no patients can tell the tuned pipeline from its base; nothing if they can."""
    reason = None
    if gate == 0:
        reason = "no patients were kept aside to compare with"
    elif samples.groups is None:
        reason = "without groups no patients can be kept aside to compare with"
    elif set(samples.labels) != set(base.classes_.tolist()):
        reason = "the classes are new"
    elif (patients := len(set(samples.groups))) < _GATE_PATIENTS:
        reason = f"{patients} patients are too few to keep some aside"
    return None if reason is None else Verdict("tuned", reason)


def _judge(
    base: Pipeline, samples: _Samples, before: NDArray[np.float64], after: NDArray[np.float64]
) -> Verdict:
    known = base.classes_.tolist()
    truth = [known.index(label) for label in samples.labels]
    return judge(truth, before, after, samples.groups or ())


def _train(
    base: Pipeline, classifier: CTClassifier, samples: _Samples, validation: _Labelled | None
) -> Pipeline:
    """Train a classifier that starts where that of the base is, behind the base's stages."""
    pipeline = base._with_classifier(classifier)
    with tempfile.TemporaryDirectory() as scratch:
        classifier.weights = base.classifier_.save(Path(scratch) / "start")
        owners = samples.groups
        pipeline._fit_classifier(classifier, samples.scans, samples.labels, owners, validation)
    # The start is gone, and what was learned is in memory.
    classifier.weights = None
    classifier.quicken_like(base.classifier_)
    return pipeline
