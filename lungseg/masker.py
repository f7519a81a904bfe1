"""LungMasker: finds the lungs of any chest CT."""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from lungseg.artifact import Precision, load_weights, store_as
from lungseg.evaluation.dice import dice
from lungseg.inference.engine import EngineName, make_engine
from lungseg.inference.finder import Fallback, Finder
from lungseg.inputs import check_same_length, iterate_masked, iterate_scans
from lungseg.io.mask_cache import MaskCache
from lungseg.io.masks import read_mask
from lungseg.labels import as_groups
from lungseg.networks.registry import info, names, option_names
from lungseg.params import check_params, check_scales
from lungseg.postprocess.confidence import Confidence
from lungseg.preprocess.body import body_mask
from lungseg.preprocess.window import Window
from lungseg.scan import LungMask, MaskedScan
from lungseg.stored import StoredEstimator, read_section
from lungseg.training.hold_out import hold_out

if TYPE_CHECKING:
    from lungseg.inference.engine import Engine
    from lungseg.training.lesion_bank import LesionBank

#: The export that lies beside the weights, so that no other program need make it.
_EXPORT = "masker.onnx.xz"


class LungMasker(TransformerMixin, StoredEstimator):
    """Find the lungs of chest CT scans, with BCDU-Net by default.

    Parameters
    ----------
    network : str
        Network by name: BCDU-Net, or another of ``lungseg.networks.names("segment")``.
    filters : int
        Width of its first stage, 64 in the paper; networks without this option have one
        width.
    input_size : int
        Longer side in pixels of the frame that a slice is fitted into, divisible by 32.
    crop : bool
        Show the network the body only, where its whole contour is in the picture.
    body_scale : float
        How many times as large the frame is where a whole body with air around it is seen:
        lungs are then nearly as large in it as those of a picture that is cropped to
        them. The time it takes goes by its square; docs/masker.md has what it brings.
    enlarge : float
        How many times at most a slice of few pixels is enlarged, which is then shown in a
        smaller frame.
    scales : tuple of float
        Up to four slices are marked in frames of so many times the size they would have,
        and the mean is taken, in the first of them; a volume in one of that size. Each
        takes its time.
    target : {"lungs", "surrounding"}
        What the network is taught to mark. "surrounding" is the published target: the
        tissue around the lungs, that is the body with its holes filled and not lung. The
        body is then found in the picture, and the lungs are the body without it.
    threshold : float
        Probability of lung from which a pixel is lung.
    turns : int
        How many quarter turns of a slice are marked and averaged, 1 to 4; 0 for four
        where a scan has four slices at most, and one for a volume. Each takes its time.
    min_confidence : float
        A mask of which a lower Dice is expected is doubtful: it carries a warning, and
        ``fallback`` is applied.
    fallback : {"keep", "classical", "none"}
        What becomes of a doubtful mask: it is kept; it is replaced by one from
        threshold, body contour and components; it is left empty. ``LungMask.method``
        says which.
    engine : {"auto", "keras", "onnx", "openvino"}
        What runs the network; "auto" takes the fastest that is installed. See
        `lungseg.inference.engine.make_engine`.
    cache : str, Path, optional
        Folder in which masks are kept by the content of the scans, so that none is made
        twice; see `lungseg.io.mask_cache.MaskCache`.
    epochs, batch_size, learning_rate
        Of the training, by Adam with a cosine decay. With 0 epochs `fit` trains nothing: it
        makes the confidence of ``weights`` anew, on the scans that are kept aside.
    epoch_slices : int
        How many slices are drawn in an epoch; 0 for as many as there are.
    average : float
        Momentum of a running average of the weights, which is what is kept; 0 for none.
    augment : bool
        Train on what real input looks like (windows, crops, turns, noise, marks,
        disease), not on clean slices alone.
    validation_fraction : float
        Share of the groups kept aside to pick the best epoch.
    weights : str, Path, optional
        Trained weights to use, or to start from when `fit` is called: a name of
        `lungseg.weights.names`, or a folder that `save` wrote.
    checkpoint : str, Path, optional
        Folder in which a training keeps its state. A second `fit` with the same folder
        goes on where the first was cut off.
    seed : int
    verbose : int
        With 1, one line an epoch on standard error.

    Attributes
    ----------
    model_ : keras.Model
    sharpness_ : float
        By which the logits are multiplied, chosen on the validation data; 1 without any.
    confidence_ : Confidence
        From the evidence for a mask to its confidence, fitted on the validation data.
    history_ : list of dict
        Figures of each epoch.

    References
    ----------
    Azad et al., "Bi-Directional ConvLSTM U-Net with Densely Connected Convolutions",
    ICCV Workshops 2019.

    Examples
    --------
    >>> import lungseg
    >>> masker = LungMasker.from_pretrained()
    >>> mask, = masker.predict([lungseg.phantom(slices=4, size=128)])
    >>> mask.shape
    (4, 128, 128)
    """

    _section = "masker"
    _runtime = ("weights", "checkpoint", "verbose", "engine", "cache")

    weights: str | Path | None

    #: What runs the network, made on first use.
    _engine: tuple[EngineName, Engine] | None

    def __init__(
        self,
        network: str = "bcdunet-d3",
        *,
        filters: int = 16,
        input_size: int = 256,
        crop: bool = True,
        body_scale: float = 1.0,
        enlarge: float = 3.0,
        scales: tuple[float, ...] = (1.0,),
        target: Literal["lungs", "surrounding"] = "lungs",
        threshold: float = 0.5,
        turns: int = 0,
        min_confidence: float = 0.9,
        fallback: Fallback = "keep",
        engine: EngineName = "auto",
        cache: str | Path | None = None,
        epochs: int = 60,
        epoch_slices: int = 0,
        average: float = 0.0,
        batch_size: int = 8,
        learning_rate: float = 4e-4,
        augment: bool = True,
        validation_fraction: float = 0.1,
        weights: str | Path | None = None,
        checkpoint: str | Path | None = None,
        seed: int = 0,
        verbose: int = 0,
    ) -> None:
        self.network = network
        self.filters = filters
        self.input_size = input_size
        self.crop = crop
        self.body_scale = body_scale
        self.enlarge = enlarge
        self.scales = scales
        self.target = target
        self.threshold = threshold
        self.turns = turns
        self.min_confidence = min_confidence
        self.fallback = fallback
        self.engine = engine
        self.cache = cache
        self.epochs = epochs
        self.epoch_slices = epoch_slices
        self.average = average
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.augment = augment
        self.validation_fraction = validation_fraction
        self.weights = weights
        self.checkpoint = checkpoint
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
        sample_weight: Sequence[float] | None = None,
        lesions: LesionBank | None = None,
    ) -> LungMasker:
        """Train on scans and the masks of their lungs.

        Parameters
        ----------
        X : iterable of path, array, image or Scan
        y : sequence of LungMask, path, array or image
            Masks in the scans' own grids; whatever is not 0 is lung.
        groups : sequence, optional
            Patient of each scan. Part of the groups is kept aside to pick the best
            epoch. Without groups nothing is split, and the last epoch is kept.
        validation : tuple of (X, y), optional
            Scans and masks of other patients to pick the best epoch with, in place of a
            part of the groups.
        sample_weight : sequence of float, optional
            How likely each scan is to be drawn in an epoch; its slices share its weight.
        lesions : LesionBank, optional
            Real lesions, blended into slices in HU beside synthetic ones.

        Returns
        -------
        LungMasker
            Itself.

        Raises
        ------
        lungseg.InputError
            If a scan or a mask cannot be read, or they do not fit together.
        ValueError
            If a parameter is out of its range or the lengths differ.
        """
        from lungseg.backend import keras
        from lungseg.training.segmenter import train_segmenter
        from lungseg.weights import folder_of

        self._check()
        groups = as_groups(groups)
        check_same_length(X=X, y=y, groups=groups, sample_weight=sample_weight)
        slices, masks, scans = self._training_slices(X, y)
        aside = None
        if validation is not None:
            aside = self._training_slices(*validation)[:2]
        elif groups is not None and self.validation_fraction > 0:
            keep, other = hold_out([groups[i] for i in scans], self.validation_fraction, self.seed)
            aside = [slices[i] for i in other], [masks[i] for i in other]
            slices, masks = [slices[i] for i in keep], [masks[i] for i in keep]
            scans = [scans[i] for i in keep]
        keras.utils.set_random_seed(self.seed)
        model = self._build(self.input_size)
        if self.weights is not None:
            read_section(self.weights, "masker")
            load_weights(model, folder_of(self.weights), "masker")
        self.history_ = train_segmenter(
            model,
            slices,
            masks,
            validation=aside,
            size=self.input_size,
            epochs=self.epochs,
            epoch_slices=self.epoch_slices,
            average=self.average,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            augment=self.augment,
            crop=self.crop,
            lesions=lesions,
            sample_weight=None if sample_weight is None else _by_slice(sample_weight, scans),
            folder=None if self.checkpoint is None else Path(self.checkpoint),
            seed=self.seed,
            verbose=self.verbose,
        )
        self._take(model, sharpness=1.0, confidence=Confidence.plain())
        if aside is not None:
            self._calibrate(*aside)
        return self

    def _calibrate(self, slices: list[Any], targets: list[Any]) -> None:
        """Make probabilities and confidence speak of Dice, on slices kept aside."""
        from lungseg.training.calibrate import fit_confidence, fit_sharpness_on

        finder = self._finder()
        self.sharpness_ = fit_sharpness_on(finder, slices, targets)
        if self.target == "lungs":
            lungs = [np.asarray(target, bool) for target in targets]
            self.confidence_ = fit_confidence(self._finder(), slices, lungs, seed=self.seed)

    def _training_slices(
        self, X: Iterable[Any], y: Sequence[Any]
    ) -> tuple[list[NDArray[Any]], list[NDArray[np.bool_]], list[int]]:
        """Slices, their targets, and which scan each comes from."""
        slices: list[NDArray[Any]] = []
        targets: list[NDArray[np.bool_]] = []
        scans: list[int] = []
        for index, (scan, mask) in enumerate(zip(iterate_scans(X), y, strict=True)):
            lungs = scan.order.apply(read_mask(mask, scan))
            for voxels, part in zip(scan.axial(), lungs, strict=True):
                slices.append(voxels)
                targets.append(self._target_of(voxels, part))
                scans.append(index)
        return slices, targets, scans

    def _target_of(self, voxels: NDArray[Any], lungs: NDArray[Any]) -> NDArray[np.bool_]:
        if self.target == "lungs":
            return np.asarray(lungs, bool)
        return body_mask(Window().apply(voxels)) & ~lungs.astype(bool)

    # === Inference ===

    def predict(self, X: Iterable[Any]) -> list[LungMask]:
        """Find the lungs of each scan, in its own grid.

        Parameters
        ----------
        X : iterable of path, array, image, Scan or MaskedScan

        Returns
        -------
        list of LungMask
            A mask without lungs carries a warning, and its confidence is 0. A scan that brings
            its mask keeps it.

        Raises
        ------
        lungseg.InputError
            If one of them cannot be read.
        sklearn.exceptions.NotFittedError
            If nothing was trained or loaded.
        """
        return [item.mask for item in self.iterate(X)]

    def transform(self, X: Iterable[Any]) -> list[MaskedScan]:
        """Return each scan together with its mask: what `RoiMultiply` takes."""
        return list(self.iterate(X))

    def iterate(self, X: Iterable[Any]) -> Iterator[MaskedScan]:
        """As `transform`, one scan after the other, so that memory stays bounded."""
        self._ensure_network()
        cache = None if self.cache is None else MaskCache(self.cache, self._identity())
        finder = None
        for scan, mask in iterate_masked(X):
            if mask is None and cache is not None:
                mask = cache.get(scan)
            if mask is None:
                finder = finder or self._finder()
                mask = finder.find(scan)
                if cache is not None:
                    cache.put(scan, mask)
            yield MaskedScan(scan, mask)

    def _identity(self) -> str:
        """Say what decides a mask: parameters, version, and every weight."""
        if self._folder is not None:
            weights = self._sums
        else:
            parts = self.model_.get_weights()
            weights = hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
        return json.dumps([self._config(), weights, self.engine, version("lungseg")], default=str)

    def score(self, X: Iterable[Any], y: Sequence[Any]) -> float:
        """Mean Dice of the masks found against the masks given.

        Parameters
        ----------
        X : iterable of path, array, image or Scan
        y : sequence of LungMask, path or array

        Returns
        -------
        float
        """
        pairs = zip(self.iterate(X), y, strict=True)
        return float(
            np.mean([dice(item.mask.lungs, read_mask(truth, item.scan)) for item, truth in pairs])
        )

    def _finder(self) -> Finder:
        return Finder(
            engine=self._running(),
            input_size=self.input_size,
            threshold=self.threshold,
            turns=self.turns,
            scales=self.scales,
            crop=self.crop,
            body_scale=self.body_scale,
            enlarge=self.enlarge,
            surrounding=self.target == "surrounding",
            sharpness=self.sharpness_,
            confidence=self.confidence_,
            min_confidence=self.min_confidence,
            fallback=self.fallback,
        )

    def _running(self) -> Engine:
        """Make the engine when it is first needed, and again when another is asked for."""
        if self._engine is None or self._engine[0] != self.engine:
            made = make_engine(self.engine, keras=lambda: self.model_, onnx=self.to_onnx)
            self._engine = (self.engine, made)
        return self._engine[1]

    # === Network and weights ===

    def _files(self, precision: Precision) -> dict[str, bytes]:
        """Export the weights as they are stored; nothing where no export can be made."""
        from lungseg.networks.export import can_export, to_onnx

        # Weights that were loaded and are kept as they are have their export already.
        loaded = self._export()
        if precision == "single" and loaded is not None:
            return {_EXPORT: loaded}
        if not (can_export() and info(self.network).any_size):
            return {}
        model = self._build(None)
        model.set_weights([store_as(part, precision) for part in self.model_.get_weights()])
        return {_EXPORT: lzma.compress(to_onnx(model))}

    def to_onnx(self) -> bytes | None:
        """Return the network as ONNX; None where no export is stored and none can be made.

        Returns
        -------
        bytes or None
            From slices of any size divisible by 8, shape (slices, rows, columns, 1),
            float32 in 0…1, to probabilities of the same shape.
        """
        from lungseg.networks.export import can_export, to_onnx

        check_is_fitted(self)
        loaded = self._export()
        if loaded is not None:
            return lzma.decompress(loaded)
        return to_onnx(self.model_) if can_export() and info(self.network).any_size else None

    def _export(self) -> bytes | None:
        """Read the export beside the weights that were loaded, if it is still theirs."""
        if self._folder is None or not self._is_intact(self._folder):
            return None
        path = self._folder / _EXPORT
        return path.read_bytes() if path.is_file() else None

    def _learned(self) -> dict[str, Any]:
        return {"sharpness": self.sharpness_, "confidence": self.confidence_.to_dict()}

    def _build(self, size: int | None) -> Any:
        """Build the network for one size, or for any: it is made of convolutions alone."""
        from contextlib import nullcontext

        from lungseg.backend import compute_type
        from lungseg.networks import build

        # What is stored and exported computes in float32, however it was trained.
        with compute_type("float32") if size is None else nullcontext():
            return build(self.network, (size, size, 1), 1, **self._options())

    def _options(self) -> dict[str, int]:
        """Width, where the network has one."""
        return {"filters": self.filters} if "filters" in option_names(self.network) else {}

    def _take(self, model: Any, *, sharpness: float, confidence: Confidence) -> None:
        """Hold what was trained; of the network a copy that takes slices of any size."""
        any_size = self._build(None)
        any_size.set_weights(model.get_weights())
        self.model_, self._engine = any_size, None
        self.sharpness_, self.confidence_ = sharpness, confidence

    def _restore(self, stored: dict[str, Any], folder: Path) -> None:
        """Take what was learned; the network itself waits for its use."""
        self._remember(folder)
        self._engine = None
        self.sharpness_ = float(stored["sharpness"])
        self.confidence_ = Confidence.from_dict(stored.get("confidence"))

    def _is_loaded(self) -> bool:
        return hasattr(self, "sharpness_")

    def _check(self) -> None:
        check_params(
            self,
            network=tuple(names("segment")),
            target=("lungs", "surrounding"),
            filters=(1, None),
            input_size=(32, None),
            body_scale=(1, 4),
            enlarge=(1, None),
            threshold=(0, 1),
            turns=(0, 4),
            min_confidence=(0, 1),
            fallback=("keep", "classical", "none"),
            engine=("auto", "keras", "onnx", "openvino"),
            epochs=(0 if self.weights else 1, None),
            epoch_slices=(0, None),
            average=(0, 0.9999),
            batch_size=(1, None),
            learning_rate=(0, None),
            validation_fraction=(0, 0.9),
        )
        check_scales(self)


def _by_slice(weights: Sequence[float], scans: list[int]) -> list[float]:
    """Share the weight of each scan among its slices."""
    counts = np.bincount(scans)
    return (np.asarray(weights, float)[scans] / counts[scans]).tolist()
