"""CTClassifier: from slices to a label."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin

from lungseg.classifier_checks import check_auxiliary_share, check_classifier
from lungseg.errors import InputError
from lungseg.evaluation.calibration import fit_temperature, temper
from lungseg.evaluation.conformal import Conformal
from lungseg.evaluation.splits import grouped_folds, grouped_split
from lungseg.evaluation.thresholds import choose_threshold
from lungseg.inference.score import score_pictures
from lungseg.inference.stored_graphs import make_graphs, with_weights
from lungseg.inputs import check_same_length, iterate_masked
from lungseg.labels import as_groups, as_labels
from lungseg.networks.takes_lungs import takes_lungs
from lungseg.pooling import pool_slices
from lungseg.preprocess.pictures import mask_to_pictures, scan_to_pictures, spread_slices
from lungseg.preprocess.window import Window
from lungseg.scan import Heatmap, LungMask, Scan
from lungseg.stored import StoredEstimator
from lungseg.training.bags import Bags
from lungseg.training.start import Start

#: Fewer scans than this say nothing of a temperature.
_ENOUGH = 20


class CTClassifier(ClassifierMixin, StoredEstimator):
    """Classify chest CT scans by their slices, with EfficientNetB0 and the focal loss.

    Parameters
    ----------
    network : str
        Classifier by name; see ``lungseg.networks.names("classify")``.
    network_options : dict, optional
        Options of that network beside ``dropout`` and ``weights``, for example
        ``{"hidden": 128}`` of a ResNet.
    input_size : int
        Side in pixels of the square that a slice is fitted into.
    window : tuple of float
        Bounds in HU of what a slice shows; display grey is taken as it is.
    loss : {"focal", "cross-entropy"}
    gamma : float
        Of the focal loss: how far easy samples are discounted.
    alpha : sequence of float, optional
        Of the focal loss: weight of each class, in the order of ``classes_``.
    class_weight : "balanced" or dict, optional
        As in scikit-learn; multiplies ``alpha``.
    sampling : {"balanced", "smote"}, optional
        Against imbalance, of the training pictures alone. "balanced" draws every class
        equally often, and every patient of a class. "smote" trains the last layer once
        more in the end, on features with new ones between those of the rarer classes; it
        needs the extra ``imbalance``.
    dropout : float
    ridge : float, optional
        Before any epoch, put the last layer where the focal loss and this penalty together
        are least on what the trunk makes of the pictures: see
        `lungseg.training.fit_head.fit_head`. For a trunk that was trained before.
    shares : tuple of float, optional
        Of several trunks, how much each counts in the logits that ``ridge`` fits: (2, 1) gives the
        first two thirds. Alike without.
    auxiliary_share : float or tuple of float
        Of the say that all scans have together, the part of those that `fit` is given as
        ``auxiliary``, however many they are; with ``ridge`` it may be one for each trunk.
    epochs, batch_size, learning_rate
        Of the training, by AdamW with a cosine decay. With ``ridge``, no epochs leave the
        trunk as it was.
    frozen_epochs : int
        Epochs before those, in which the head learns alone, at ten times the rate.
    unfreeze : float
        Share of the trunk's layers, from the last, that learn with the head.
    freeze_norm : bool or "auto"
        Keep the statistics of the batch norms that the training starts from. "auto" does
        so where ``weights`` are given and an epoch has fewer than eight batches: too few
        to find better ones.
    average : float
        Momentum of a running average of the weights, which is what is kept; 0 for none.
    mixup : float
        Blend pictures and labels of a batch, in ratios drawn from Beta(mixup, mixup); 0
        for none.
    patience : int, optional
        Stop after as many epochs without a better loss on validation data.
    augment : bool
    validation_fraction : float
        Share of the groups kept aside to pick the epoch and the threshold.
    folds : int, optional
        Where there are groups and no validation data: keep no group aside, but train one
        network for each fold, without its groups, and then, on all of them, the one that
        is kept. The temperature, the threshold and the prediction sets are chosen on the
        scores that each scan has from the network that did not see its group. Takes about
        ``folds`` times as long, makes use of every scan, and the epoch is the last.
    pool : {"mean", "max", "top"}
        How slices become one probability; see `lungseg.pooling.pool_slices`.
    max_slices : int
        Largest number of slices taken from a volume.
    views : {1, 2, 4}
        Test-time augmentation: the mean over a slice and its mirror image (2), and over
        both at full size and brought 10 % nearer (4). Takes as many times as long.
    threshold : float, {"youden", "f1"}, ("sensitivity", s) or ("cost", c)
        For two classes: probability of the second class from which it is predicted, or
        the aim by which it is chosen on validation data (½ where there are none); see
        `lungseg.evaluation.thresholds.choose_threshold`.
    positive : object, optional
        Of two classes the one that comes second in ``classes_``, so that the threshold
        speaks of it. Without it classes are sorted.
    weights : str, Path or sequence of them, optional
        Trained weights to use, or to start from when `fit` is called: a name of
        `lungseg.weights.names`, a folder that `save` wrote, or "imagenet" (a download).
        A start takes what fits by name and shape, so that the classes may be new, and
        the network of an infection segmenter may start a classifier. Of a network of several
        ``trunks`` a sequence, one for each.
    offline : {"error", "random"}
        What becomes of ``weights="imagenet"`` where they cannot be had: an error, or a
        warning and a start from random weights, all of which then learn from the first
        epoch on.
    checkpoint : str, Path, optional
        Folder in which a training keeps its state; see `LungMasker`.
    tensorboard : str, Path, optional
        Folder in which a training writes logs for TensorBoard.
    engine : {"auto", "keras"}
        What runs the network when it predicts: "auto" is OpenVINO where it is installed and
        the weights hold their graph (see `quicken`), else Keras.
    seed : int
    verbose : int

    Attributes
    ----------
    classes_ : array of shape (classes,)
    threshold_ : float
    temperature_ : float
        By which logits are divided, chosen on validation data; 1 without.
    conformal_ : Conformal or None
        From which prediction sets are made; None without validation data.
    model_ : keras.Model
        From grey to logits.
    history_ : list of dict
    out_of_fold_ : float array of shape (scans, classes)
        With ``folds``: probabilities of each scan by the network that did not see its
        group, calibrated; measure with them what was trained.
    before_ : float array of shape (scans, classes)
        With ``folds`` where the last layer alone is fitted and ``weights`` are given: what
        those make of the same scans, to be compared with ``out_of_fold_``.

    References
    ----------
    Stone, "Cross-Validatory Choice and Assessment of Statistical Predictions", JRSS B 1974
    (``folds``). Tan and Le, "EfficientNet", ICML 2019. Lin et al., "Focal Loss for Dense Object
    Detection", ICCV 2017.

    Examples
    --------
    >>> import lungseg
    >>> scans = [lungseg.phantom(slices=2, size=96, seed=s, opacities=3 * s) for s in (0, 1)]
    >>> classifier = CTClassifier("simple", input_size=32, epochs=1).fit(scans, ["healthy", "ill"])
    >>> classifier.predict_proba(scans).shape
    (2, 2)
    """

    _section = "classifier"
    _runtime = ("weights", "offline", "checkpoint", "tensorboard", "verbose", "engine")

    conformal_: Conformal | None

    def __init__(
        self,
        network: str = "efficientnetb0",
        *,
        network_options: dict[str, Any] | None = None,
        input_size: int = 224,
        window: tuple[float, float] = (-1000.0, 400.0),
        loss: Literal["focal", "cross-entropy"] = "focal",
        gamma: float = 2.0,
        alpha: Sequence[float] | None = None,
        class_weight: Literal["balanced"] | dict[Any, float] | None = None,
        sampling: Literal["balanced", "smote"] | None = None,
        dropout: float = 0.4,
        ridge: float | None = None,
        shares: tuple[float, ...] | None = None,
        auxiliary_share: float | tuple[float, ...] = 0.1,
        epochs: int = 60,
        batch_size: int = 16,
        learning_rate: float = 5e-4,
        frozen_epochs: int = 0,
        unfreeze: float = 1.0,
        freeze_norm: bool | Literal["auto"] = "auto",
        average: float = 0.0,
        mixup: float = 0.0,
        patience: int | None = None,
        augment: bool = True,
        validation_fraction: float = 0.15,
        folds: int | None = None,
        pool: str = "mean",
        max_slices: int = 16,
        views: int = 1,
        threshold: float | str | tuple[str, float] = 0.5,
        positive: Any = None,
        weights: str | Path | Sequence[str | Path] | None = None,
        offline: Literal["error", "random"] = "error",
        checkpoint: str | Path | None = None,
        tensorboard: str | Path | None = None,
        engine: Literal["auto", "keras"] = "auto",
        seed: int = 0,
        verbose: int = 0,
    ) -> None:
        self.network = network
        self.network_options = network_options
        self.input_size = input_size
        self.window = window
        self.loss = loss
        self.gamma = gamma
        self.alpha = alpha
        self.class_weight = class_weight
        self.sampling = sampling
        self.dropout = dropout
        self.ridge = ridge
        self.shares = shares
        self.auxiliary_share = auxiliary_share
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.frozen_epochs = frozen_epochs
        self.unfreeze = unfreeze
        self.freeze_norm = freeze_norm
        self.average = average
        self.mixup = mixup
        self.patience = patience
        self.augment = augment
        self.validation_fraction = validation_fraction
        self.folds = folds
        self.pool = pool
        self.max_slices = max_slices
        self.views = views
        self.threshold = threshold
        self.positive = positive
        self.weights = weights
        self.offline = offline
        self.checkpoint = checkpoint
        self.tensorboard = tensorboard
        self.engine = engine
        self.seed = seed
        self.verbose = verbose

    # === Training ===

    def fit(
        self,
        X: Iterable[Any],
        y: Sequence[Any],
        groups: Sequence[Any] | None = None,
        *,
        validation: tuple[Iterable[Any], Sequence[Any]] | None = None,
        auxiliary: tuple[Iterable[Any], Sequence[Any]] | None = None,
    ) -> CTClassifier:
        """Train on scans and their labels.

        Parameters
        ----------
        X : iterable of path, array, image, Scan or MaskedScan
            Every slice taken from a scan carries its label. Where `needs_lungs`, scans with
            their masks; of a scan that brings none all of the picture counts as lung.
        y : sequence
            Labels: two or more classes.
        groups : sequence, optional
            Patient of each scan. Part of the groups is kept aside to pick the epoch and
            the threshold. Without groups nothing is split, and the last epoch is kept.
        validation : tuple of (X, y), optional
            Scans and labels of other patients, in place of a part of the groups.
        auxiliary : tuple of (X, y), optional
            Further scans of other patients, which teach and are not measured on: synthetic
            ones, or some of another source. They are learned from in every fold, and no epoch,
            temperature, threshold or prediction set is chosen by them.

        Returns
        -------
        CTClassifier
            Itself.

        Raises
        ------
        lungseg.InputError
            If a scan cannot be read.
        ValueError
            If a parameter is out of its range, the lengths differ, there is one class, or
            other scans hold a class that ``y`` does not.
        """
        check_classifier(self)
        if auxiliary is not None:
            check_auxiliary_share(self)
        labels = as_labels(y)
        groups = as_groups(groups)
        check_same_length(X=X, y=labels, groups=groups)
        self.classes_ = self._order_classes(labels)
        bags = Bags(self._bags(X), self._numbers_of(labels), groups)
        extra = None if auxiliary is None else self._other(*auxiliary, "auxiliary")
        self.temperature_, self.threshold_, self.conformal_ = 1.0, 0.5, None
        if not isinstance(self.threshold, (str, tuple)):
            self.threshold_ = float(self.threshold)
        if self.folds is not None and groups is not None and validation is None:
            return self._fit_folds(bags, groups, self.folds, extra)
        bags, aside = self._set_aside(bags, validation)
        self._train(bags, aside, extra)
        if aside is not None:
            self._calibrate(self._scores(aside), aside.numbers, aside.groups)
        return self

    def _fit_folds(
        self, bags: Bags, groups: Sequence[Any], folds: int, extra: Bags | None
    ) -> CTClassifier:
        """Train on all scans, and calibrate by networks that each saw a part of them."""
        start = None
        if self.ridge is not None and not self.epochs:
            # Where the last layer alone learns, what it sees is the same in each fold.
            start = self._start()
            bags = self._see(start.model, bags)
            extra = None if extra is None else self._see(start.model, extra)
            if start.trained:
                self.model_ = start.model
                self.before_ = self._scores(bags)
        scores = self._cross_score(bags, groups, folds, extra, start)
        self._train(bags, None, extra, "all", start)
        self.out_of_fold_ = self._calibrate(scores, bags.numbers, groups)
        return self

    def _train(
        self,
        bags: Bags,
        aside: Bags | None,
        extra: Bags | None,
        part: str = "",
        start: Start | None = None,
    ) -> None:
        from lungseg.training.teach_classifier import teach_classifier

        start = self._start() if start is None else start
        self.model_ = start.again()
        self.history_ = teach_classifier(
            self, self.model_, bags, aside, auxiliary=extra, started=start.trained, part=part
        )

    def _see(self, model: Any, bags: Bags) -> Bags:
        from lungseg.training.fit_head import see

        pictures = bags.flat()[0]
        seen = see(model, pictures, mirror=self.augment, batch_size=self.batch_size)
        return replace(bags, seen=seen)

    def _cross_score(
        self,
        bags: Bags,
        groups: Sequence[Any],
        folds: int,
        extra: Bags | None,
        start: Start | None,
    ) -> NDArray[np.float64]:
        """Score each scan by a network that has not seen its group."""
        fold_of = grouped_folds(bags.numbers.tolist(), groups, folds, self.seed)
        scores = np.zeros((len(bags), len(self.classes_)))
        for fold in range(folds):
            if self.verbose:
                print(f"fold {fold + 1} of {folds}", file=sys.stderr, flush=True)
            aside = np.flatnonzero(fold_of == fold).tolist()
            keep = np.flatnonzero(fold_of != fold).tolist()
            self._train(bags.take(keep), None, extra, f"fold{fold}", start)
            scores[aside] = self._scores(bags.take(aside))
        return scores

    def calibrate(
        self, X: Iterable[Any], y: Sequence[Any], groups: Sequence[Any] | None = None
    ) -> CTClassifier:
        """Make the probabilities of a trained classifier mean what they say.

        Parameters
        ----------
        X : iterable of path, array, image, Scan or MaskedScan
            Of patients that training has not seen; those of a new hospital, to make the
            probabilities, the threshold and the prediction sets its own.
        y : sequence
        groups : sequence, optional
            Patient of each scan: what the prediction sets promise is promised of patients.

        Returns
        -------
        CTClassifier
            Itself, with new ``temperature_``, ``threshold_`` (where ``threshold`` is an
            aim) and ``conformal_``; the network stays as it is.

        Raises
        ------
        ValueError
            If ``y`` holds a class that the classifier does not know.
        """
        self._ensure_network()
        labels = as_labels(y)
        groups = as_groups(groups)
        check_same_length(X=X, y=labels, groups=groups)
        unknown = set(labels.tolist()) - set(self.classes_.tolist())
        if unknown:
            raise ValueError(f"y holds classes that were not trained: {sorted(unknown)}")
        bags = Bags(self._bags(X), self._numbers_of(labels), groups)
        self._calibrate(self._scores(bags), bags.numbers, groups)
        return self

    def _scores(self, bags: Bags) -> NDArray[np.float64]:
        """Pool the probabilities of each scan's slices, as they leave the network."""
        if bags.seen is not None and self.views <= len(bags.seen):
            from lungseg.training.fit_head import score_seen

            parts = bags.split(score_seen(self.model_, bags.seen[: self.views]))
        else:
            parts = [self._slice_probabilities(pictures) for pictures in bags.pictures]
        return np.array([pool_slices(part, self.pool) for part in parts])

    def _calibrate(
        self,
        scores: NDArray[np.float64],
        numbers: NDArray[Any],
        groups: Sequence[Any] | None,
    ) -> NDArray[np.float64]:
        """Choose temperature, threshold and sets, and return the scores at that temperature."""
        if len(set(numbers.tolist())) < len(self.classes_):
            return scores  # without samples of a class nothing can be said of it
        self.temperature_ = fit_temperature(numbers, scores) if len(scores) >= _ENOUGH else 1.0
        tempered = temper(scores, self.temperature_)
        self.conformal_ = Conformal.fit(numbers, tempered, groups)
        if isinstance(self.threshold, (str, tuple)) and len(self.classes_) == 2:
            self.threshold_ = choose_threshold(
                numbers, tempered[:, 1], aim=self.threshold, smooth=True
            )
        return tempered

    def _order_classes(self, labels: NDArray[Any]) -> NDArray[Any]:
        classes = np.unique(labels)
        if len(classes) < 2:
            raise ValueError(
                f"a classifier needs two classes or more, and y holds only {classes[0]!r}"
            )
        if self.positive is None or len(classes) > 2:
            return classes
        if self.positive not in classes.tolist():
            raise ValueError(
                f"positive of CTClassifier must be one of {classes.tolist()}, got {self.positive!r}"
            )
        return classes[::-1] if classes[0] == self.positive else classes

    def _numbers_of(self, labels: NDArray[Any]) -> NDArray[np.intp]:
        numbers = {label: number for number, label in enumerate(self.classes_.tolist())}
        return np.array([numbers[label] for label in labels.tolist()], np.intp)

    def _other(self, X: Iterable[Any], y: Sequence[Any], what: str) -> Bags:
        """Read scans beside those of ``X``, whose classes must be known from there."""
        labels = as_labels(y)
        check_same_length(X=X, y=labels)
        unknown = set(labels.tolist()) - set(self.classes_.tolist())
        if unknown:
            raise ValueError(f"{what} data hold classes that y does not: {sorted(unknown)}")
        return Bags(self._bags(X), self._numbers_of(labels))

    def _set_aside(
        self, bags: Bags, validation: tuple[Iterable[Any], Sequence[Any]] | None
    ) -> tuple[Bags, Bags | None]:
        """Split the validation scans off."""
        if validation is not None:
            return bags, self._other(*validation, "validation")
        if bags.groups is None or self.validation_fraction == 0:
            return bags, None
        keep, aside = grouped_split(
            bags.numbers.tolist(), bags.groups, self.validation_fraction, self.seed
        )
        kept = bags.take(keep.tolist())
        if len(set(kept.numbers.tolist())) < len(self.classes_):
            raise ValueError(
                "after the split by group the training data lack a class; give more groups, "
                "or validation_fraction=0"
            )
        return kept, bags.take(aside.tolist())

    # === Inference ===

    def predict_proba(self, X: Iterable[Any]) -> NDArray[np.float64]:
        """Probability of each class for each scan.

        Parameters
        ----------
        X : iterable of path, array, image, Scan or MaskedScan

        Returns
        -------
        float array of shape (scans, classes)
            Columns in the order of ``classes_``.

        Raises
        ------
        lungseg.InputError
            If a scan cannot be read.
        sklearn.exceptions.NotFittedError
            If nothing was trained or loaded.
        """
        rows = [self.pool_slices(probabilities) for probabilities, _ in self.iterate_slices(X)]
        return np.array(rows).reshape(-1, len(self.classes_))

    def predict(self, X: Iterable[Any], *, coverage: float | None = None) -> NDArray[Any]:
        """Label of each scan, by ``threshold_`` for two classes, else the likeliest.

        Parameters
        ----------
        X : iterable of path, array, image, Scan or MaskedScan
        coverage : float, optional
            Abstain where the prediction set of this coverage does not hold exactly one
            class: the label is None.

        Returns
        -------
        array of shape (scans,)
        """
        probabilities = self.predict_proba(X)
        labels = self.labels_of(probabilities)
        if coverage is None:
            return labels
        sets = self.sets_of(probabilities, coverage)
        sure = [found[0] if len(found) == 1 else None for found in sets]
        return np.array(sure, object)

    def predict_set(
        self, X: Iterable[Any], coverage: float = 0.9, confidence: float | None = 0.95
    ) -> list[tuple[Any, ...]]:
        """Classes that cannot be ruled out, for each scan; see `sets_of`."""
        return self.sets_of(self.predict_proba(X), coverage, confidence)

    def sets_of(
        self,
        probabilities: NDArray[np.float64],
        coverage: float = 0.9,
        confidence: float | None = 0.95,
    ) -> list[tuple[Any, ...]]:
        """Prediction sets for rows of probabilities.

        Parameters
        ----------
        probabilities : float array of shape (scans, classes)
        coverage : float
            Probability with which a set holds the true class of a patient who is like
            those of the validation data.
        confidence : float or None
            With which that is promised, since the validation data may be easier by chance;
            None promises it on average over such data. See `Conformal.sets`.

        Returns
        -------
        list of tuple
            Several classes where the classifier cannot tell them apart; none where the
            scan is unlike all that was seen.

        Raises
        ------
        ValueError
            If the classifier was never calibrated.
        """
        if self.conformal_ is None:
            raise ValueError(
                "prediction sets need validation data: fit with groups or validation, or call "
                "calibrate"
            )
        sets = self.conformal_.sets(probabilities, coverage, confidence)
        return [tuple(self.classes_[row].tolist()) for row in sets]

    def labels_of(self, probabilities: NDArray[np.float64]) -> NDArray[Any]:
        """Labels for rows of probabilities.

        Parameters
        ----------
        probabilities : float array of shape (scans, classes)

        Returns
        -------
        array of shape (scans,)
        """
        if len(self.classes_) == 2:
            return np.asarray(self.classes_[(probabilities[:, 1] >= self.threshold_).astype(int)])
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])

    def iterate_slices(
        self, X: Iterable[Any]
    ) -> Iterator[tuple[NDArray[np.float64], NDArray[np.intp]]]:
        """Probabilities of the slices of one scan after the other.

        Yields
        ------
        probabilities : float array of shape (slices taken, classes)
        numbers : int array
            Which axial slices they are.
        """
        self._ensure_network()
        for scan, mask in iterate_masked(X):
            pictures, numbers = self._take(scan, mask)
            yield self._slice_probabilities(pictures), numbers

    def explain(self, X: Iterable[Any], label: Any = None) -> list[Heatmap]:
        """Show where in each scan a class is seen, by Grad-CAM.

        Parameters
        ----------
        X : iterable of path, array, image, Scan or MaskedScan
        label : object, optional
            One of ``classes_``; the likeliest of each scan without.

        Returns
        -------
        list of Heatmap
            In the scans' own grids.

        Raises
        ------
        ValueError
            If the classifier does not know the class.
        """
        from lungseg.explain import grad_cam

        self._ensure_network()
        known = self.classes_.tolist()
        if label is not None and label not in known:
            raise ValueError(f"label must be one of {known}, got {label!r}")
        found = []
        for scan, mask in iterate_masked(X):
            pictures, numbers = self._take(scan, mask)
            shown = label
            if label is None:
                pooled = self.pool_slices(self._slice_probabilities(pictures))
                shown = self.labels_of(pooled[None]).tolist()[0]
            network = self._without_keras(self._evidence, self.input_size) or self.model_
            heat = grad_cam(network, pictures, known.index(shown))
            voxels = spread_slices(heat, numbers, scan.axial().shape, parts=scan.parts)
            array = np.ascontiguousarray(scan.order.undo(voxels))
            found.append(Heatmap(array, scan.affine, scan.source, shown))
        return found

    def _take(
        self, scan: Scan, mask: LungMask | None
    ) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
        """Make the pictures the network takes, of shape (n, size, size[, 2]), and their slices."""
        pictures, numbers = scan_to_pictures(
            scan, self.input_size, window=Window(*self.window), most=self.max_slices
        )
        if self.needs_lungs:
            lungs = mask_to_pictures(mask, numbers, self.input_size)
            pictures = np.stack([pictures, lungs], axis=-1)
        return pictures, numbers

    def _bags(self, X: Iterable[Any]) -> list[NDArray[np.uint8]]:
        return [self._take(scan, mask)[0] for scan, mask in iterate_masked(X)]

    def _slice_probabilities(self, pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
        network = self._without_keras(self._graphs, self.input_size) or self.model_
        return score_pictures(network, pictures, views=self.views, batch_size=self.batch_size)

    def pool_slices(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pool the probabilities of slices by the rule ``pool``, to shape (classes,).

        What comes out is calibrated by ``temperature_``; what goes in is not.
        """
        pooled = pool_slices(probabilities, self.pool)
        return temper(pooled[None], self.temperature_)[0]

    # === Network and weights ===

    @property
    def needs_lungs(self) -> bool:
        """Whether the network looks at the lungs alone, and takes scans with their masks."""
        return takes_lungs(self.network_options)

    def quicken(self) -> CTClassifier:
        """Make the graphs with which OpenVINO runs and explains this network, without Keras.

        A prediction then starts four times as fast (``benchmarks/start.py``); the making takes
        minutes. The probabilities agree to about the fifth decimal place. A network with the
        head "lungs" gets a second one for `explain`, which takes an eighth of the time of Keras
        for a slice. Both are saved with the weights. What `fit` trains has none until this is
        called, what `Pipeline.fine_tune` trains has those of its base, where the classes are
        as many.

        Returns
        -------
        CTClassifier
            Itself.

        Raises
        ------
        ModuleNotFoundError
            If onnx, tf2onnx or openvino is not installed, or Keras does not run on TensorFlow.
        """
        model = self._plain()
        self._graphs, self._evidence = make_graphs(model, {self.input_size: model})
        return self

    def quicken_like(self, other: CTClassifier) -> CTClassifier:
        """Take over the graphs of a classifier that has the same network with other weights.

        As `quicken`, in a second. Nothing happens where the other has none, or another network.

        Parameters
        ----------
        other : CTClassifier

        Returns
        -------
        CTClassifier
            Itself.
        """
        alike = ("network", "network_options", "input_size")
        same = all(getattr(self, name) == getattr(other, name) for name in alike)
        if same and len(self.classes_) == len(other.classes_) and other._graphs:
            graphs, evidence = (
                {side: network.graph for side, network in some.items()}
                for some in (other._graphs, other._evidence)
            )
            self._graphs, self._evidence = with_weights(self._plain(), graphs, evidence)
        return self

    def to_onnx(self) -> bytes:
        """Return the network as ONNX.

        Returns
        -------
        bytes
            From slices of the side ``input_size``, shape (slices, rows, columns, 1), grey
            0…255 as float32, to logits of the classes; neither calibrated nor pooled. With
            the head "lungs" the last axis is 2: beside grey 255 where there is lung.

        Raises
        ------
        ModuleNotFoundError
            If onnx or tf2onnx is not installed, or Keras does not run on TensorFlow.
        """
        from lungseg.networks.export import to_onnx

        return to_onnx(self._plain())

    def _plain(self) -> Any:
        """Copy the network into one that computes in float32, however it was trained."""
        from lungseg.backend import compute_type
        from lungseg.networks.transfer import settle

        with compute_type("float32"):
            model = self._build(None)
        model.set_weights(self.model_.get_weights())
        for layer in model.layers:
            settle(layer)
        return model

    def _learned(self) -> dict[str, Any]:
        return {
            "classes": self.classes_.tolist(),
            "threshold": self.threshold_,
            "temperature": self.temperature_,
            "conformal": None if self.conformal_ is None else self.conformal_.scores,
        }

    def _start(self) -> Start:
        """Build what training starts from."""
        try:
            return Start(self._build(self.weights), trained=self.weights is not None)
        except InputError as error:
            if self.weights != "imagenet" or self.offline == "error":
                raise
            warnings.warn(
                f"{error.cause}: {self.network} starts from random weights, and the whole of "
                "it learns",
                stacklevel=3,
            )
            return Start(self._build(None), trained=False)

    def _build(self, start: str | Path | Sequence[str | Path] | None) -> Any:
        from lungseg.backend import keras
        from lungseg.networks import build
        from lungseg.networks.start import start_from

        keras.utils.set_random_seed(self.seed)
        shape = (self.input_size, self.input_size, 2 if self.needs_lungs else 1)
        options: dict[str, Any] = {**(self.network_options or {}), "dropout": self.dropout}
        if start == "imagenet":
            options["weights"] = "imagenet"
        model = build(self.network, shape, len(self.classes_), **options)
        if self.ridge is not None:
            # What the penalty holds a new head to.
            model.layers[-1].set_weights([0 * part for part in model.layers[-1].get_weights()])
        if start is not None and start != "imagenet":
            start_from(model, start)
        return model

    def _restore(self, stored: dict[str, Any], folder: Path) -> None:
        self.classes_ = np.array(stored["classes"])
        self.threshold_ = float(stored["threshold"])
        # Earlier artefacts hold a threshold only.
        self.temperature_ = float(stored.get("temperature", 1.0))
        scores = stored.get("conformal")
        self.conformal_ = None if scores is None else Conformal(tuple(map(tuple, scores)))
        self._take_network(folder, [self.input_size])
