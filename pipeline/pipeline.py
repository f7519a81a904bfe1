"""Pipeline: from a CT on disk to a classified, masked scan."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
from lungseg.pipeline.fine_tuning import fine_tune
from lungseg.pipeline.infection_stage import mark_infection, with_weights
from lungseg.pipeline.prediction import Prediction
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.exceptions import NotFittedError

from lungseg.artifact import Precision, read_artifact, write_artifact
from lungseg.classifier import CTClassifier
from lungseg.errors import InputError
from lungseg.infection import InfectionSegmenter
from lungseg.inputs import as_masked, check_is_list, check_same_length, iterate_masked
from lungseg.io.shown_cache import ShownCache
from lungseg.masker import LungMasker
from lungseg.preprocess.chain import Chain, check_transforms
from lungseg.preprocess.registry import build_all, describe
from lungseg.preprocess.scan_transform import ScanTransform
from lungseg.preprocess.transformed import Transformed
from lungseg.roi import RoiMultiply
from lungseg.scan import Heatmap, LungMask, MaskedScan, Scan


class Pipeline(ClassifierMixin, BaseEstimator):
    """Chain a masker, a ROI rule and a classifier; itself a scikit-learn estimator.

    Parameters
    ----------
    masker : LungMasker or "passthrough", optional
        Must hold trained weights: `fit` has no masks to train it with. The default
        weights without it; "passthrough" leaves the scans whole. A `MaskedScan` keeps its mask.
    roi : RoiMultiply, optional
        What is done with the masks; multiply and crop without it.
    classifier : CTClassifier, optional
    infection : InfectionSegmenter, optional
        Marks the infection, so that `analyze` fills in the severity. `fit` has no masks to
        train it with: it holds trained weights, or, as ``InfectionSegmenter()``, gets the
        default ones.
    preprocess : sequence of ScanTransform
        Transforms of `lungseg.preprocess` that are applied to every scan between its mask
        and its classification, in training and inference alike. The masker sees the scan
        as it was read, and masks, heat maps and slice numbers come back in its grid.
    cache : str, Path, optional
        Folder in which what the transforms make of each scan is kept by its content, so
        that no scan is transformed twice; bounded in size, and safe under two processes.
        `LungMasker` has one for masks.

    Attributes
    ----------
    masker_, roi_, classifier_, infection_, preprocess_
        The stages in use.
    classes_ : array of shape (classes,)
    verdict_ : Verdict
        Only after `fine_tune`: whether what was tuned is in use, and why.

    Examples
    --------
    >>> import lungseg
    >>> pipeline = Pipeline.from_pretrained()
    >>> pipeline.predict_proba([lungseg.phantom(slices=4, size=128)]).shape
    (1, 2)
    """

    def __init__(
        self,
        masker: LungMasker | Literal["passthrough"] | None = None,
        roi: RoiMultiply | None = None,
        classifier: CTClassifier | None = None,
        infection: InfectionSegmenter | None = None,
        *,
        preprocess: Sequence[ScanTransform] = (),
        cache: str | Path | None = None,
    ) -> None:
        self.masker = masker
        self.roi = roi
        self.classifier = classifier
        self.infection = infection
        self.preprocess = preprocess
        self.cache = cache

    # === Training ===

    def fit(
        self,
        X: Iterable[Any],
        y: Sequence[Any],
        groups: Sequence[Any] | None = None,
        *,
        validation: tuple[Iterable[Any], Sequence[Any]] | None = None,
        auxiliary: tuple[Iterable[Any], Sequence[Any]] | None = None,
    ) -> Pipeline:
        """Train the classifier on the lungs of scans.

        Parameters
        ----------
        X : iterable of path, folder, array, image, Scan or MaskedScan
        y : sequence
            Label of each scan.
        groups : sequence, optional
            Patient of each scan; see `CTClassifier.fit`.
        validation : tuple of (X, y), optional
            Scans and labels of other patients, to pick the epoch and the threshold with.
        auxiliary : tuple of (X, y), optional
            Further scans of other patients, which teach and are not measured on; see
            `CTClassifier.fit`.

        Returns
        -------
        Pipeline
            Itself.

        Raises
        ------
        lungseg.InputError
            If a scan cannot be read.
        sklearn.exceptions.NotFittedError
            If the masker holds no trained weights.
        """
        check_is_list(X)
        check_same_length(X=X, y=y, groups=groups)
        self._prepare_stages()
        classifier = CTClassifier() if self.classifier is None else clone(self.classifier)
        self.classifier_ = self._fit_classifier(classifier, X, y, groups, validation, auxiliary)
        return self

    def fine_tune(
        self,
        X: Iterable[Any],
        y: Sequence[Any],
        groups: Sequence[Any] | None = None,
        *,
        epochs: int | None = None,
        ridge: float | None = None,
        learning_rate: float = 2e-4,
        frozen_epochs: int = 2,
        unfreeze: float = 1.0,
        patience: int | None = 6,
        validation: tuple[Iterable[Any], Sequence[Any]] | None = None,
        gate: float = 0.2,
        checkpoint: str | Path | None = None,
    ) -> Pipeline:
        """Train the classifier further, on a new hospital's scans; keep it if it is better.

        Parameters
        ----------
        X, y, groups, validation
            As in `fit`. The classes may be new: the last layer then starts afresh.
        epochs : int, optional
            15 without a number; none for a pipeline that itself was fitted without.
        ridge : float, optional
            Of `CTClassifier`: move the last layer first, held to what it is, by solving
            for it. With ``epochs=0`` nothing else moves.
        learning_rate : float
            Lower than in `fit`, so that what was learned is kept.
        frozen_epochs, unfreeze, patience
            As in `CTClassifier`: first the head learns alone, then (part of) the trunk,
            until it gets no better on patients kept aside.
        gate : float
            Share of the patients that is kept aside to compare the tuned pipeline with
            this one; 0 takes the tuned one unseen. Where the last layer alone moves, all
            patients are learned from and compared by: each is scored by a last layer that was
            fitted without them. New classes, no groups or too few scans leave nothing to
            compare.
        checkpoint : str or Path, optional
            Folder in which the training keeps its state; called again with the same data
            and folder, it goes on where it was cut off.

        Returns
        -------
        Pipeline
            A new one; this one stays as it is. Its ``verdict_`` says whether it holds what
            was tuned, or what it started from, and why.
        """
        self._require_fitted()
        return fine_tune(
            self,
            X,
            y,
            groups,
            epochs=epochs,
            ridge=ridge,
            learning_rate=learning_rate,
            frozen_epochs=frozen_epochs,
            unfreeze=unfreeze,
            patience=patience,
            validation=validation,
            gate=gate,
            checkpoint=checkpoint,
        )

    def _with_classifier(self, classifier: CTClassifier) -> Pipeline:
        """Put another classifier behind these stages, which both pipelines share."""
        stages = {name: getattr(self, name) for name in ("masker", "roi", "infection", "cache")}
        pipeline = Pipeline(classifier=self.classifier, preprocess=self.preprocess, **stages)
        pipeline.masker_, pipeline.roi_ = self.masker_, self.roi_
        pipeline.preprocess_, pipeline.classifier_ = self.preprocess_, classifier
        return pipeline

    def _fit_classifier(
        self,
        classifier: CTClassifier,
        X: Iterable[Any],
        y: Sequence[Any],
        groups: Sequence[Any] | None,
        validation: tuple[Iterable[Any], Sequence[Any]] | None,
        auxiliary: tuple[Iterable[Any], Sequence[Any]] | None = None,
    ) -> CTClassifier:
        aside, further = (
            None if given is None else (self._rois(given[0], classifier), given[1])
            for given in (validation, auxiliary)
        )
        return classifier.fit(
            self._rois(X, classifier), y, groups, validation=aside, auxiliary=further
        )

    def _prepare_stages(self) -> None:
        self.roi_ = RoiMultiply() if self.roi is None else clone(self.roi)
        masker = LungMasker.from_pretrained() if self.masker is None else self.masker
        if not isinstance(masker, str) and not masker.__sklearn_is_fitted__():
            raise NotFittedError(
                "the masker of the Pipeline holds no trained weights: give "
                "LungMasker.from_pretrained(), or fit it, save it and give "
                "LungMasker.from_pretrained(folder)"
            )
        self.masker_ = masker
        if self.infection_ is not None:
            self.infection_._ensure_network()
        transforms = check_transforms(self.preprocess, masked=not isinstance(masker, str))
        self.preprocess_ = [clone(transform) for transform in transforms]

    # === Inference ===

    @property
    def classes_(self) -> NDArray[Any]:
        """Classes in the order of the columns of `predict_proba`."""
        self._require_fitted()
        return self.classifier_.classes_

    def predict_proba(self, X: Iterable[Any]) -> NDArray[np.float64]:
        """Probability of each class for each scan.

        Parameters
        ----------
        X : iterable of path, folder, array, image, Scan or MaskedScan

        Returns
        -------
        float array of shape (scans, classes)
            Columns in the order of ``classes_``.

        Raises
        ------
        lungseg.InputError
            If a scan cannot be read.
        """
        self._require_fitted()
        return self.classifier_.predict_proba(self._rois(X))

    def predict(self, X: Iterable[Any], *, coverage: float | None = None) -> NDArray[Any]:
        """Label of each scan, None where it abstains; see `CTClassifier.predict`."""
        self._require_fitted()
        return self.classifier_.predict(self._rois(X), coverage=coverage)

    def predict_set(
        self, X: Iterable[Any], coverage: float = 0.9, confidence: float | None = 0.95
    ) -> list[tuple[Any, ...]]:
        """Classes that cannot be ruled out, for each scan; see `CTClassifier.sets_of`."""
        self._require_fitted()
        return self.classifier_.predict_set(self._rois(X), coverage, confidence)

    def calibrate(
        self, X: Iterable[Any], y: Sequence[Any], groups: Sequence[Any] | None = None
    ) -> Pipeline:
        """Make the probabilities mean what they say; see `CTClassifier.calibrate`."""
        self._require_fitted()
        check_same_length(X=X, y=y, groups=groups)
        self.classifier_.calibrate(self._rois(X), y, groups)
        return self

    @overload
    def analyze(
        self, X: Iterable[Any], *, on_error: Literal["raise"] = ...
    ) -> list[Prediction]: ...

    @overload
    def analyze(
        self, X: Iterable[Any], *, on_error: Literal["return"]
    ) -> list[Prediction | InputError]: ...

    def analyze(
        self, X: Iterable[Any], *, on_error: Literal["raise", "return"] = "raise"
    ) -> list[Prediction] | list[Prediction | InputError]:
        """Say everything the pipeline has to say about each scan.

        Parameters
        ----------
        X : iterable of path, folder, array, image, Scan or MaskedScan
        on_error : {"raise", "return"}
            What happens with a scan that cannot be used: "return" puts the error in its
            place, and the others are done.

        Returns
        -------
        list of Prediction
            With "return", also of `lungseg.InputError`.
        """
        return list(self.iterate(X, on_error=on_error))

    def iterate(
        self, X: Iterable[Any], *, on_error: Literal["raise", "return"] = "raise"
    ) -> Iterator[Prediction | InputError]:
        """As `analyze`, one scan after the other, so that memory stays bounded."""
        self._require_fitted()
        check_is_list(X)
        for item in X:
            try:
                yield self._analyze(*as_masked(item))
            except InputError as error:
                if on_error == "raise":
                    raise
                yield error

    def explain(self, X: Iterable[Any], label: Any = None) -> list[Heatmap]:
        """Show where in each scan a class is seen, by Grad-CAM.

        Parameters
        ----------
        X : iterable of path, folder, array, image, Scan or MaskedScan
        label : object, optional
            One of ``classes_``; the likeliest of each scan without.

        Returns
        -------
        list of Heatmap
            In the scans' own grids; 0 outside the ROI.

        Raises
        ------
        ValueError
            If the pipeline does not know the class.
        """
        self._require_fitted()
        check_is_list(X)
        return [self._explain(scan, label, mask) for scan, mask in iterate_masked(X)]

    def _explain(self, scan: Scan, label: Any, mask: LungMask | None) -> Heatmap:
        shown = self.chain_.show(scan, self._mask(scan, mask))
        (found,) = self.classifier_.explain([self.chain_.item_of(shown)], label)
        return Heatmap(shown.restore(found.voxels), scan.affine, scan.source, found.label)

    def _analyze(self, scan: Scan, mask: LungMask | None) -> Prediction:
        mask = self._mask(scan, mask)
        shown = self.chain_.show(scan, mask)
        classifier = self.classifier_
        item = self.chain_.item_of(shown)
        probabilities, numbers = next(classifier.iterate_slices([item]))
        pooled = classifier.pool_slices(probabilities)
        names = classifier.classes_.tolist()
        infection, figures = mark_infection(self.infection_, scan, mask)
        return Prediction(
            scan=scan,
            mask=mask,
            label=classifier.labels_of(pooled[None])[0],
            probabilities=dict(zip(names, pooled.tolist(), strict=True)),
            threshold=classifier.threshold_ if len(names) == 2 else None,
            prediction_set=(
                None if classifier.conformal_ is None else classifier.sets_of(pooled[None])[0]
            ),
            slices=[
                {
                    "slice": number,
                    "probabilities": {
                        str(k): float(v) for k, v in zip(names, row.tolist(), strict=True)
                    },
                }
                for number, row in _by_slice(shown, numbers, probabilities)
            ],
            warnings=(*(() if mask is None else mask.warnings), *shown.scan.warnings),
            roi={} if mask is None else _figures(mask),
            infection=infection,
            severity=figures,
        )

    @property
    def infection_(self) -> InfectionSegmenter | None:
        """The infection stage in use; a plain one gets the default weights."""
        return with_weights(self.infection)

    def _mask(self, scan: Scan, given: LungMask | None) -> LungMask | None:
        if given is not None or isinstance(self.masker_, str):
            return given
        return self.masker_.predict([scan])[0]

    def _rois(self, X: Iterable[Any], classifier: CTClassifier | None = None) -> Iterable[Any]:
        """Show one scan after the other: the whole list never lies in memory."""
        show = self._show(classifier or self.classifier_)
        if isinstance(self.masker_, str):
            return (show(*item) for item in iterate_masked(X))
        check_is_list(X)
        return (show(*item) for item in self.masker_.iterate(X))

    def _show(
        self, classifier: CTClassifier
    ) -> Callable[[Scan, LungMask | None], Scan | MaskedScan]:
        """Make what goes through the chain, or is taken from the cache."""
        chain = self.chain_
        # The cache keeps scans, without the lungs in their grid.
        if self.cache is None or not self.preprocess_ or classifier.needs_lungs:
            return lambda scan, mask: chain.item_of(chain.show(scan, mask))
        how = [describe(transform) for transform in self.preprocess_], self.roi_.get_params()
        cache = ShownCache(self.cache, json.dumps([*how, version("lungseg")], default=str))

        def show(scan: Scan, mask: LungMask | None) -> Scan:
            shown = cache.get(scan, mask)
            if shown is None:
                shown = chain.show(scan, mask).scan
                cache.put(scan, mask, shown)
            return shown

        return show

    @property
    def chain_(self) -> Chain:
        """Everything between the mask of a scan and its classification."""
        return Chain(self.preprocess_, self.roi_)

    # === Saving and loading ===

    def save(
        self,
        folder: str | Path,
        *,
        documents: dict[str, str] | None = None,
        precision: Precision = "single",
    ) -> Path:
        """Write every stage to one folder.

        Parameters
        ----------
        folder : str or Path
        documents : dict of str to str, optional
            Other text files; ``card.md`` is made where it is not among them.
        precision : {"single", "half"}
            "half" rounds the weights to 11 bits and takes about a third less.

        Returns
        -------
        Path
        """
        self._require_fitted()
        config: dict[str, Any] = {
            "kind": "pipeline",
            "roi": {"params": self.roi_.get_params()},
            "preprocess": [describe(transform) for transform in self.preprocess_],
            "classifier": self.classifier_._config(),
        }
        models = {"classifier": self.classifier_.model_}
        files = self.classifier_._files(precision)
        if not isinstance(self.masker_, str):
            models["masker"] = self.masker_.model_
            config["masker"] = self.masker_._config()
            files |= self.masker_._files(precision)
        if self.infection_ is not None:
            self.infection_._ensure_network()
            models["infection"] = self.infection_.model_
            config["infection"] = self.infection_._config()
            files |= self.infection_._files(precision)
        return write_artifact(
            folder,
            config=config,
            models=models,
            files=files,
            documents={"card.md": self._card(), **(documents or {})},
            precision=precision,
        )

    @classmethod
    def load(cls, folder: str | Path) -> Pipeline:
        """Load what `save` wrote; every file is checked against its SHA-256.

        Parameters
        ----------
        folder : str or Path

        Returns
        -------
        Pipeline
            With the same probabilities, to the last bit.

        Raises
        ------
        lungseg.InputError
            If it is no pipeline, or a file is missing or was changed.
        """
        return cls.from_pretrained(Path(folder))

    @classmethod
    def from_pretrained(cls, name: str | Path | None = None) -> Pipeline:
        """Make a pipeline with trained weights.

        Parameters
        ----------
        name : str or Path, optional
            A name of `lungseg.weights.names`, or a folder that `save` wrote. The default
            weights without it.

        Returns
        -------
        Pipeline

        Raises
        ------
        lungseg.InputError
            If there is no such pipeline, or a file differs from its SHA-256.
        """
        from lungseg.weights import default, folder_of

        name = name or default("pipeline")
        folder = folder_of(name)
        config = read_artifact(folder)
        if config.get("kind") != "pipeline":
            cause = f"these weights ({config.get('kind')}) hold no pipeline"
            raise InputError(str(name), cause, "give others that hold one")
        masker: LungMasker | Literal["passthrough"] = "passthrough"
        if "masker" in config:
            masker = LungMasker.from_pretrained(name)
        roi = RoiMultiply(**config["roi"]["params"])
        classifier = CTClassifier.from_pretrained(name)
        infection = InfectionSegmenter.from_pretrained(name) if "infection" in config else None
        transforms = build_all(config.get("preprocess", []))  # earlier artefacts have none
        pipeline = cls(masker, roi, classifier, infection, preprocess=transforms)
        pipeline.masker_, pipeline.roi_, pipeline.classifier_ = masker, roi, classifier
        pipeline.preprocess_ = transforms
        return pipeline

    @classmethod
    def from_recipe(cls, name: str | Path = "default") -> Pipeline:
        """Make an unfitted pipeline as a recipe describes it.

        Parameters
        ----------
        name : str or Path
            A name of `lungseg.pipeline.recipe.names`, a YAML file, or a variant of either,
            as "s0-tiny@lungs+epochs=3"; see `lungseg.pipeline.recipe.load_recipe`.

        Returns
        -------
        Pipeline

        Raises
        ------
        lungseg.InputError
            If there is no such recipe, a key or value in it is wrong, or it trains a
            segmenter: `lungseg.from_recipe` makes any of them.
        """
        from lungseg.pipeline.from_recipe import make_pipeline
        from lungseg.pipeline.recipe import load_recipe

        recipe = load_recipe(name)
        if recipe.trains != "classifier":
            raise InputError(
                str(name),
                f"this recipe trains the {recipe.trains}, and no Pipeline",
                f'call lungseg.from_recipe("{name}"), or lungseg fit --recipe {name}',
            )
        return make_pipeline(recipe)

    def _card(self) -> str:
        names = ", ".join(map(str, self.classes_))
        return (
            "# A pipeline of lungseg\n\n"
            f"Classes: {names}. Network: {self.classifier_.network}.\n\n"
            "No figures are stated: write them with `lungseg evaluate`.\n\n"
            "Not a medical device.\n"
        )

    def _require_fitted(self) -> None:
        if not hasattr(self, "classifier_"):
            raise NotFittedError(
                "this Pipeline is not fitted: call fit, or use Pipeline.from_pretrained()"
            )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "classifier_")


def _by_slice(
    shown: Transformed, numbers: NDArray[np.intp], probabilities: NDArray[np.float64]
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Pair slices of the scan with their probabilities: the mean over the parts of a slice."""
    found = np.array([shown.slice_of(int(number)) for number in numbers])
    for number in np.unique(found).tolist():
        yield number, probabilities[found == number].mean(axis=0)


def _figures(mask: LungMask) -> dict[str, float | None]:
    return {"lung_share": float(mask.lungs.mean()), "lung_volume_ml": mask.volume_ml()}
