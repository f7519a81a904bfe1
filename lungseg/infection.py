"""InfectionSegmenter: marks what is infected in the lungs of any chest CT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from lungseg.evaluation.area_interval import fit_spread
from lungseg.evaluation.dice import dice
from lungseg.evaluation.pixel_thresholds import ThresholdCurve, threshold_curve
from lungseg.infection_mask import PIXEL_CLASSES, InfectionMask
from lungseg.inference.infection_finder import InfectionFinder, Within, frame_sides
from lungseg.inference.pixel_classes import classes_of
from lungseg.inference.sized import Sized
from lungseg.inference.stored_graphs import make_graphs
from lungseg.inputs import check_same_length, iterate_masked
from lungseg.io.infection_labels import read_infection
from lungseg.labels import as_groups
from lungseg.masker import LungMasker
from lungseg.networks.registry import names as network_names
from lungseg.params import check_params, check_scales
from lungseg.scan import LungMask, Scan
from lungseg.stored import StoredEstimator
from lungseg.training.hold_out import hold_out

if TYPE_CHECKING:
    from lungseg.training.infection_fit import InfectionPlan
    from lungseg.training.infection_loss import PixelLoss
    from lungseg.training.infection_samples import InfectionSample

Target = Literal["infection", "lungs+infection", "kinds"]

#: How often the interval of the infected voxels is promised to hold the truth.
_COVERAGE = 0.9

Pair = tuple[NDArray[np.uint8], NDArray[np.float32]]


class InfectionSegmenter(StoredEstimator):
    """Mark the infection in chest CT scans with a U-Net.

    Parameters
    ----------
    network : {"unet-efficientnetb0", "unet-mobilenetv2", "unet-s3"}
        Network by name, or one of one's own that `lungseg.networks.register` has named.
    target : {"lungs+infection", "infection", "kinds"}
        Classes of the network: background, lung and infection; infection alone; ground
        glass and consolidation told apart, where labels do.
    masker : LungMasker or "passthrough", optional
        Finds the lungs that slices are cropped to; the default weights without it.
        "passthrough" shows whole slices. A `MaskedScan` among the inputs brings its own.
    input_size : int
        Side in pixels of the square that the lungs are fitted into, divisible by 32.
    within : {"near", "lungs", "picture"}
        Where infection may lie: in the lung mask, the notches of its outline and regions
        that begin there, since a masker cuts off consolidation (in a picture cropped to the
        lungs, also just beside them); in the lung mask; anywhere.
    trim : float
        Share of the slices at each end of a volume that is not looked at.
    clahe : float
        Clip limit of a contrast-limited adaptive histogram equalisation; 0 for none.
    standardise : bool
        Bring each slice to one mean and deviation.
    threshold : {"dice", "iou"} or float
        Probability from which a pixel is infected: the one of the best mean Dice, or
        intersection over union, on the scans kept aside, or a number.
    turns : int
        As in `LungMasker`.
    scales : tuple of float
        Up to four slices are looked at in squares of so many times ``input_size``, and the
        mean is taken; a volume in one of ``input_size``.
    loss : {"dice-ce", "dice-focal", "focal-tversky"}
        See `lungseg.training.infection_loss.InfectionLoss`.
    epochs, batch_size, learning_rate
        Of the training, by Adam with a cosine decay.
    final_learning_rate : float, optional
        Where the cosine ends; a hundredth of ``learning_rate`` without it.
    epoch_slices : int
        How many slices are drawn in an epoch; 0 for as many as there are.
    lead : tuple of float
        Share of the draws that trusted scans get, in the first and in the last epoch.
    mend_labels : float
        Half-way, labels that are not trusted are mixed with what the network sees by
        then; this is the weight of the network, 0 for never.
    consolidate : float
        Share of the draws of healthy lungs that are made severely ill, bronchi left open.
    average : float
        Momentum of the running average of the weights; 0 for none.
    augment : bool
    validation_fraction : float
        Share of the groups kept aside to pick the epoch and the threshold.
    weights : str, Path, optional
        Trained weights to use, or to start from when `fit` is called: a name of
        `lungseg.weights.names`, or a folder that `save` wrote. A trunk is a start only.
    checkpoint : str, Path, optional
        Folder in which a training keeps its state. A second `fit` with the same folder
        goes on where the first was cut off.
    seed : int
    verbose : int
        With 1, one line an epoch on standard error.

    Attributes
    ----------
    model_ : keras.Model
    threshold_ : float
    curve_ : ThresholdCurve or None
        Dice, IoU, precision and recall at each threshold, on the scans kept aside; after
        `fit` or `calibrate` only.
    spread_ : float or None
        For the interval of the infected voxels; see
        `lungseg.evaluation.area_interval.fit_spread`.
    history_ : list of dict
        Figures of each epoch.

    References
    ----------
    Ronneberger et al., "U-Net", MICCAI 2015; Fan et al., "Inf-Net", IEEE TMI 2020.

    Examples
    --------
    >>> import lungseg
    >>> segmenter = InfectionSegmenter.from_pretrained()
    >>> mask, = segmenter.predict([lungseg.phantom(slices=4, size=128)])
    >>> mask.shape, mask.classes
    ((4, 128, 128), ('background', 'lung', 'infection'))
    """

    _section = "infection"
    _runtime = ("weights", "checkpoint", "verbose", "masker", "engine")

    weights: str | Path | None

    curve_: ThresholdCurve | None
    _sized: Sized | None = None

    def __init__(
        self,
        network: str = "unet-efficientnetb0",
        *,
        target: Target = "lungs+infection",
        masker: LungMasker | Literal["passthrough"] | None = None,
        input_size: int = 224,
        within: Within = "near",
        trim: float = 0.0,
        clahe: float = 0.0,
        standardise: bool = False,
        threshold: Literal["dice", "iou"] | float = "dice",
        turns: int = 0,
        scales: tuple[float, ...] = (1.0, 1.25),
        loss: PixelLoss = "dice-ce",
        epochs: int = 20,
        epoch_slices: int = 0,
        batch_size: int = 8,
        learning_rate: float = 5e-4,
        final_learning_rate: float | None = None,
        lead: tuple[float, float] = (0.5, 0.9),
        mend_labels: float = 0.5,
        consolidate: float = 0.5,
        average: float = 0.99,
        augment: bool = True,
        validation_fraction: float = 0.15,
        weights: str | Path | None = None,
        checkpoint: str | Path | None = None,
        engine: Literal["auto", "keras"] = "auto",
        seed: int = 0,
        verbose: int = 0,
    ) -> None:
        self.network = network
        self.target = target
        self.masker = masker
        self.input_size = input_size
        self.within = within
        self.trim = trim
        self.clahe = clahe
        self.standardise = standardise
        self.threshold = threshold
        self.turns = turns
        self.scales = scales
        self.loss = loss
        self.epochs = epochs
        self.epoch_slices = epoch_slices
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.final_learning_rate = final_learning_rate
        self.lead = lead
        self.mend_labels = mend_labels
        self.consolidate = consolidate
        self.average = average
        self.augment = augment
        self.validation_fraction = validation_fraction
        self.weights = weights
        self.checkpoint = checkpoint
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
        trusted: Sequence[bool] | None = None,
        validation: tuple[Iterable[Any], Sequence[Any]] | None = None,
    ) -> InfectionSegmenter:
        """Train on scans and the masks of their infection.

        Parameters
        ----------
        X : iterable of path, array, image, Scan or MaskedScan
        y : sequence of InfectionMask, path, array or image
            In the scans' own grids; see `lungseg.io.infection_labels.read_infection`.
        groups : sequence, optional
            Patient of each scan. Part of the groups is kept aside to pick the epoch and
            the threshold. Without groups nothing is split, the last epoch is kept, and
            the threshold is ½ where none is given.
        trusted : sequence of bool, optional
            Whether a person drew the mask; all of them without it. Trusted masks lead the
            training, and they alone pick the epoch.
        validation : tuple of (X, y), optional
            Scans and masks of other patients, in place of a part of the groups.

        Returns
        -------
        InfectionSegmenter
            Itself.

        Raises
        ------
        lungseg.InputError
            If a scan or a mask cannot be read, or they do not fit together.
        ValueError
            If a parameter is out of its range, or no scan holds infection.
        """
        from lungseg.backend import compute_type, keras
        from lungseg.training.infection_fit import train_infection

        self._check()
        groups = as_groups(groups)
        check_same_length(X=X, y=y, groups=groups, trusted=trusted)
        known = [True] * len(y) if trusted is None else list(trusted)
        samples = self._samples(X, y, known)
        if not any(sample.infection.any() for sample in samples):
            raise ValueError("none of the masks in y holds infection: there is nothing to learn")
        aside = None
        if validation is not None:
            aside = self._samples(*validation, [True] * len(validation[1]))
        elif groups is not None and self.validation_fraction > 0:
            samples, aside = self._set_aside(samples, groups)
        keras.utils.set_random_seed(self.seed)
        model = self._build(self.weights)
        self.history_ = train_infection(
            model,
            samples,
            aside,
            self._plan(),
            folder=None if self.checkpoint is None else Path(self.checkpoint),
        )
        # What is used and stored computes in float32, however it was trained.
        with compute_type("float32"):
            self.model_ = self._build()
        self.model_.set_weights(model.get_weights())
        self._take(threshold=0.5, spread=None)
        if aside is not None:
            self.calibrate_from(self._pairs_of(aside))
        return self

    def _samples(
        self, X: Iterable[Any], y: Sequence[Any], trusted: Sequence[bool]
    ) -> list[InfectionSample]:
        from lungseg.training.infection_samples import infection_samples

        samples: list[InfectionSample] = []
        for number, ((scan, lungs), mask) in enumerate(zip(self._masked(X), y, strict=True)):
            samples += infection_samples(
                scan,
                read_infection(mask, scan),
                lungs,
                number=number,
                trusted=trusted[number],
                longest=2 * self.input_size,
            )
        return samples

    def _set_aside(
        self, samples: list[InfectionSample], groups: Sequence[Any]
    ) -> tuple[list[InfectionSample], list[InfectionSample]]:
        """Keep groups aside, of those whose masks are trusted."""
        owners = [groups[sample.scan] for sample in samples]
        known = sorted({owners[i] for i, sample in enumerate(samples) if sample.trusted}, key=str)
        _, chosen = hold_out(known, self.validation_fraction, self.seed)
        names = {known[i] for i in chosen}
        keep = [sample for sample, owner in zip(samples, owners, strict=True) if owner not in names]
        aside = [
            sample
            for sample, owner in zip(samples, owners, strict=True)
            if owner in names and sample.trusted
        ]
        return keep, aside

    def _plan(self) -> InfectionPlan:
        from lungseg.training.infection_fit import InfectionPlan

        floor = 0.01
        if self.final_learning_rate is not None:
            floor = self.final_learning_rate / self.learning_rate
        return InfectionPlan(
            size=self.input_size,
            epochs=self.epochs,
            epoch_slices=self.epoch_slices,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            floor=floor,
            loss=self.loss,
            lead=self.lead,
            mend_labels=self.mend_labels,
            consolidate=self.consolidate,
            average=self.average,
            clahe=self.clahe,
            standardise=self.standardise,
            augment=self.augment,
            seed=self.seed,
            verbose=self.verbose,
        )

    # === Threshold and interval ===

    def calibrate(self, X: Iterable[Any], y: Sequence[Any]) -> InfectionSegmenter:
        """Choose the threshold, and measure the interval of the area, on other scans.

        Parameters
        ----------
        X : iterable of path, array, image, Scan or MaskedScan
            Of patients that training has not seen.
        y : sequence of InfectionMask, path, array or image

        Returns
        -------
        InfectionSegmenter
            Itself, with a new ``threshold_`` (where ``threshold`` is an aim), ``spread_``
            and ``curve_``.
        """
        check_same_length(X=X, y=y)
        self._ensure_network()
        self.calibrate_from(list(self.probability_pairs(X, y)))
        return self

    def probability_pairs(self, X: Iterable[Any], y: Sequence[Any]) -> Iterator[Pair]:
        """Give the truth and the probability of each scan, as `calibrate_from` takes them.

        Parameters
        ----------
        X, y
            As in `calibrate`.

        Yields
        ------
        truth : uint8 array of the scan's shape
            Not 0 where it is infected.
        probability : float32 array of the same shape
        """
        finder = self._finder()
        for (scan, lungs), mask in zip(self._masked(X), y, strict=True):
            truth = read_infection(mask, scan).infection > 127
            yield truth.astype(np.uint8), finder.probability(scan, lungs)

    def calibrate_from(self, pairs: Sequence[Pair]) -> InfectionSegmenter:
        """Calibrate from probabilities, as those of networks that saw other scans.

        Parameters
        ----------
        pairs : sequence of (truth, probability)
            See `probability_pairs`.

        Returns
        -------
        InfectionSegmenter
            Itself.
        """
        self.curve_ = threshold_curve(pairs)
        if isinstance(self.threshold, str):
            self.threshold_ = self.curve_.best(self.threshold)
        self.spread_ = fit_spread(pairs, self.threshold_, coverage=_COVERAGE)
        return self

    def _pairs_of(self, samples: Sequence[InfectionSample]) -> list[tuple[Any, Any]]:
        """Truth and probability of samples, which are cropped already."""
        finder = replace(self._finder(), within="picture")
        return [
            (
                sample.infection > 127,
                finder.probability(Scan(sample.picture[None], units="display"), None)[0],
            )
            for sample in samples
        ]

    # === Inference ===

    def predict(self, X: Iterable[Any]) -> list[InfectionMask]:
        """Mark the infection of each scan, in its own grid.

        Parameters
        ----------
        X : iterable of path, array, image, Scan or MaskedScan

        Returns
        -------
        list of InfectionMask
            Without lungs nothing is marked, and the mask carries a warning.

        Raises
        ------
        lungseg.InputError
            If one of them cannot be read.
        sklearn.exceptions.NotFittedError
            If nothing was trained or loaded.
        """
        return list(self.iterate(X))

    def iterate(self, X: Iterable[Any]) -> Iterator[InfectionMask]:
        """As `predict`, one scan after the other, so that memory stays bounded."""
        finder = self._finder()
        for scan, lungs in self._masked(X):
            yield finder.find(scan, lungs)

    def predict_proba(self, X: Iterable[Any]) -> list[NDArray[np.float32]]:
        """Probability of infection of each voxel, in the scans' own grids.

        Parameters
        ----------
        X : iterable of path, array, image, Scan or MaskedScan

        Returns
        -------
        list of float32 arrays of the scans' shapes
            0 where nothing was looked at.
        """
        finder = self._finder()
        return [finder.probability(scan, lungs) for scan, lungs in self._masked(X)]

    def score(self, X: Iterable[Any], y: Sequence[Any]) -> float:
        """Mean Dice of the infection found against the masks given.

        Parameters
        ----------
        X : iterable of path, array, image, Scan or MaskedScan
        y : sequence of InfectionMask, path, array or image

        Returns
        -------
        float
        """
        finder = self._finder()
        return float(
            np.mean(
                [
                    dice(
                        finder.find(scan, lungs).infection,
                        read_infection(truth, scan).infection > 127,
                    )
                    for (scan, lungs), truth in zip(self._masked(X), y, strict=True)
                ]
            )
        )

    def _masked(self, X: Iterable[Any]) -> Iterator[tuple[Scan, LungMask | None]]:
        """Read one input after the other, and find its lungs where it does not bring them."""
        masker = self.masker
        for scan, mask in iterate_masked(X):
            if mask is not None or masker == "passthrough":
                yield scan, mask
                continue
            if masker is None:
                masker = LungMasker.from_pretrained()
            yield scan, masker.predict([scan])[0]

    def quicken(self) -> InfectionSegmenter:
        """Make the graphs with which OpenVINO runs this network, without Keras.

        One for each size that slices are shown in (``input_size`` and ``scales``); see
        `CTClassifier.quicken`.

        Returns
        -------
        InfectionSegmenter
            Itself.

        Raises
        ------
        ModuleNotFoundError
            If onnx, tf2onnx or openvino is not installed, or Keras does not run on TensorFlow.
        """
        sized = self._by_keras()
        laid_out = {side: sized.at(side) for side in self._sides()}
        self._graphs, self._evidence = make_graphs(self.model_, laid_out)
        return self

    def _classes_of(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probability of each class of each pixel, by whatever is the fastest."""
        graph = self._without_keras(self._graphs, grey.shape[1])
        return self._by_keras()(grey) if graph is None else classes_of(graph, grey)

    def _sides(self) -> list[int]:
        """Sides of all frames that slices may be looked at in."""
        return sorted({self.input_size, *frame_sides(self.input_size, self.scales)})

    def _by_keras(self) -> Sized:
        if self._sized is None or self._sized.model is not self.model_:
            self._sized = Sized(self.model_)
        return self._sized

    def _finder(self) -> InfectionFinder:
        self._ensure_network()
        return InfectionFinder(
            classes=self._classes_of,
            input_size=self.input_size,
            scales=self.scales,
            threshold=self.threshold_,
            turns=self.turns,
            trim=self.trim,
            clahe=self.clahe,
            standardise=self.standardise,
            within=self.within,
            spread=self.spread_,
        )

    # === Network and weights ===

    def _learned(self) -> dict[str, Any]:
        return {"threshold": self.threshold_, "spread": self.spread_}

    def _build(self, start: str | Path | None = None) -> Any:
        from lungseg.networks import build
        from lungseg.networks.start import start_from

        size = self.input_size
        model = build(self.network, (size, size, 1), PIXEL_CLASSES[self.target])
        if start is not None:
            start_from(model, start)
        return model

    def _take(self, *, threshold: float, spread: float | None) -> None:
        self.threshold_ = threshold if isinstance(self.threshold, str) else self.threshold
        self.spread_, self.curve_ = spread, None

    def _restore(self, stored: dict[str, Any], folder: Path) -> None:
        self._take(threshold=float(stored["threshold"]), spread=stored["spread"])
        self._take_network(folder, self._sides())

    def _check(self) -> None:
        check_params(
            self,
            # A BCDU-Net gives every class a sigmoid of its own, so that a pixel may have two.
            network=tuple(
                name for name in network_names("segment") if not name.startswith("bcdunet")
            ),
            target=tuple(PIXEL_CLASSES),
            within=("near", "lungs", "picture"),
            engine=("auto", "keras"),
            loss=("dice-ce", "dice-focal", "focal-tversky"),
            input_size=(32, None),
            trim=(0, 0.45),
            clahe=(0, None),
            turns=(0, 4),
            epochs=(1, None),
            epoch_slices=(0, None),
            batch_size=(1, None),
            learning_rate=(0, None),
            mend_labels=(0, 1),
            consolidate=(0, 1),
            average=(0, 0.99999),
            validation_fraction=(0, 0.9),
        )
        check_scales(self)
        if self.threshold not in ("dice", "iou"):
            check_params(self, threshold=(0, 1))
