"""LungMasker: finds the lungs of any chest CT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from lungseg.artifact import Precision, load_weights, read_artifact, write_artifact
from lungseg.evaluation.dice import dice
from lungseg.inputs import check_same_length, iterate_scans
from lungseg.io.masks import read_mask
from lungseg.params import check_params
from lungseg.postprocess.confidence import mask_confidence
from lungseg.postprocess.keep_lungs import keep_lungs
from lungseg.postprocess.sharpen import fit_sharpness, sharpen
from lungseg.postprocess.sides import label_sides
from lungseg.preprocess.body import body_mask
from lungseg.preprocess.letterbox import Letterbox
from lungseg.preprocess.window import Window
from lungseg.scan import LungMask, MaskedScan, Scan
from lungseg.training.hold_out import hold_out

#: Parameters that say how to run and not what was learned; an artefact leaves them out.
_RUNTIME = ("weights", "checkpoint", "verbose")


class LungMasker(TransformerMixin, BaseEstimator):
    """Find the lungs of chest CT scans with BCDU-Net.

    Parameters
    ----------
    network : {"bcdunet-d3", "bcdunet-d1"}
        Network by name; see `lungseg.networks.names`.
    filters : int
        Width of its first stage; 64 in the paper.
    input_size : int
        Side in pixels of the square that a slice is fitted into, divisible by 8.
    target : {"lungs", "surrounding"}
        What the network is taught to mark. "surrounding" is the published target: the
        tissue around the lungs, that is the body with its holes filled and not lung. The
        body is then found in the picture, and the lungs are the body without it.
    threshold : float
        Probability of lung from which a pixel is lung.
    epochs, batch_size, learning_rate
        Of the training, by Adam with a cosine decay.
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

    def __init__(
        self,
        network: str = "bcdunet-d3",
        *,
        filters: int = 16,
        input_size: int = 256,
        target: Literal["lungs", "surrounding"] = "lungs",
        threshold: float = 0.5,
        epochs: int = 60,
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
        self.target = target
        self.threshold = threshold
        self.epochs = epochs
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
    ) -> LungMasker:
        """Train on scans and the masks of their lungs.

        Parameters
        ----------
        X : iterable of path, array or Scan
        y : sequence of LungMask, path or array
            Masks in the scans' own grids; whatever is not 0 is lung.
        groups : sequence, optional
            Patient of each scan. Part of the groups is kept aside to pick the best
            epoch. Without groups nothing is split, and the last epoch is kept.
        validation : tuple of (X, y), optional
            Scans and masks of other patients to pick the best epoch with, in place of a
            part of the groups.

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
        from lungseg.training.segmenter import train_segmenter

        self._check()
        check_same_length(X=X, y=y, groups=groups)
        slices, masks, owners = self._training_slices(X, y, groups)
        if validation is None:
            slices, masks, aside = self._set_aside(slices, masks, owners)
        else:
            aside = self._training_slices(*validation, None)[:2]
        model = self._build()
        if self.weights is not None:
            self._load_into(model, self.weights)
        self.history_ = train_segmenter(
            model,
            slices,
            masks,
            validation=aside,
            size=self.input_size,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            augment=self.augment,
            folder=None if self.checkpoint is None else Path(self.checkpoint),
            seed=self.seed,
            verbose=self.verbose,
        )
        self.model_, self.sharpness_ = model, 1.0
        if aside is not None:
            self.sharpness_ = self._fit_sharpness(*aside)
        return self

    def _set_aside(
        self, slices: list[Any], masks: list[Any], owners: list[Any] | None
    ) -> tuple[list[Any], list[Any], tuple[list[Any], list[Any]] | None]:
        """Split the validation slices off, by group."""
        if owners is None or self.validation_fraction == 0:
            return slices, masks, None
        keep, other = hold_out(owners, self.validation_fraction, self.seed)
        aside = [slices[i] for i in other], [masks[i] for i in other]
        return [slices[i] for i in keep], [masks[i] for i in keep], aside

    def _fit_sharpness(self, slices: list[Any], targets: list[Any]) -> float:
        boxes = [Letterbox(part.shape, self.input_size) for part in slices]
        grey = [box.apply(Window().apply(part)) for box, part in zip(boxes, slices, strict=True)]
        truth = [
            box.apply(part.astype(np.uint8), label=True)
            for box, part in zip(boxes, targets, strict=True)
        ]
        return fit_sharpness(self._outputs(np.stack(grey)), np.stack(truth) > 0)

    def _training_slices(
        self, X: Iterable[Any], y: Sequence[Any], groups: Sequence[Any] | None
    ) -> tuple[list[NDArray[Any]], list[NDArray[np.bool_]], list[Any] | None]:
        slices: list[NDArray[Any]] = []
        targets: list[NDArray[np.bool_]] = []
        owners: list[Any] = []
        for index, (scan, mask) in enumerate(zip(iterate_scans(X), y, strict=True)):
            lungs = scan.order.apply(read_mask(mask, scan))
            for voxels, part in zip(scan.axial(), lungs, strict=True):
                slices.append(voxels)
                targets.append(self._target_of(voxels, part))
                owners.append(None if groups is None else groups[index])
        return slices, targets, None if groups is None else owners

    def _target_of(self, voxels: NDArray[Any], lungs: NDArray[Any]) -> NDArray[np.bool_]:
        if self.target == "lungs":
            return np.asarray(lungs, bool)
        return body_mask(Window().apply(voxels)) & ~lungs.astype(bool)

    # === Inference ===

    def predict(self, X: Iterable[Any]) -> list[LungMask]:
        """Find the lungs of each scan, in its own grid.

        Parameters
        ----------
        X : iterable of path, array or Scan

        Returns
        -------
        list of LungMask
            A mask without lungs carries a warning, and its confidence is 0.

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
        for scan in iterate_scans(X):
            yield MaskedScan(scan, self._mask(scan))

    def score(self, X: Iterable[Any], y: Sequence[Any]) -> float:
        """Mean Dice of the masks found against the masks given.

        Parameters
        ----------
        X : iterable of path, array or Scan
        y : sequence of LungMask, path or array

        Returns
        -------
        float
        """
        pairs = zip(self.iterate(X), y, strict=True)
        return float(
            np.mean([dice(item.mask.lungs, read_mask(truth, item.scan)) for item, truth in pairs])
        )

    def _mask(self, scan: Scan) -> LungMask:
        slices = scan.axial()
        box = Letterbox(slices.shape[1:], self.input_size)
        grey = np.stack([box.apply(Window().apply(part)) for part in slices])
        probabilities = self._probabilities(grey)
        lungs = keep_lungs(probabilities >= self.threshold)
        confidence = mask_confidence(probabilities, self.threshold) if lungs.any() else 0.0
        voxels = np.stack(
            [
                _to_grid(box, *parts, self.threshold)
                for parts in zip(probabilities, lungs, label_sides(lungs), strict=True)
            ]
        )
        warnings = () if lungs.any() else (f"{scan.source}: no lungs were found",)
        return LungMask(
            np.ascontiguousarray(scan.order.undo(voxels)),
            scan.affine,
            scan.source,
            confidence,
            warnings,
        )

    def _probabilities(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probability of lung of each pixel, whatever the network was taught to mark."""
        found = sharpen(self._outputs(grey), self.sharpness_)
        if self.target == "surrounding":
            bodies = np.stack([body_mask(part) for part in grey])
            return np.where(bodies, 1 - found, 0).astype(np.float32)
        return found

    def _outputs(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run the network over fitted slices, in batches."""
        found = np.empty(grey.shape, np.float32)
        for start in range(0, len(grey), self.batch_size):
            batch = grey[start : start + self.batch_size, ..., None].astype(np.float32) / 255
            found[start : start + self.batch_size] = self.model_.predict_on_batch(batch)[..., 0]
        return found

    # === Network and weights ===

    def save(
        self,
        folder: str | Path,
        *,
        documents: dict[str, str] | None = None,
        precision: Precision = "single",
    ) -> Path:
        """Write parameters and weights to a folder; see `from_pretrained`.

        Parameters
        ----------
        folder : str or Path
        documents : dict of str to str, optional
            Other text files, as a card.
        precision : {"single", "half"}

        Returns
        -------
        Path
        """
        self._ensure_network()
        return write_artifact(
            folder,
            config={"kind": "masker", "masker": self._config()},
            models={"masker": self.model_},
            documents=documents,
            precision=precision,
        )

    @classmethod
    def from_pretrained(cls, name: str | Path | None = None) -> LungMasker:
        """Make a masker with trained weights.

        Parameters
        ----------
        name : str or Path, optional
            A name of `lungseg.weights.names`, or a folder written by `save` or by
            `Pipeline.save`. The default weights without it.

        Returns
        -------
        LungMasker

        Raises
        ------
        lungseg.InputError
            If there are no such weights, or a file differs from its SHA-256.
        """
        from lungseg.weights import default, folder_of

        name = name or default("masker")
        config = read_artifact(folder_of(name))
        masker = cls(**config["masker"]["params"], weights=name)
        masker._ensure_network()
        return masker

    def _config(self) -> dict[str, Any]:
        params = {k: v for k, v in self.get_params().items() if k not in _RUNTIME}
        return {"params": params, "sharpness": self.sharpness_}

    def _build(self) -> Any:
        from lungseg.backend import keras
        from lungseg.networks import build

        keras.utils.set_random_seed(self.seed)
        return build(self.network, (self.input_size, self.input_size, 1), 1, filters=self.filters)

    def _load_into(self, model: Any, name: str | Path) -> float:
        """Load weights; return the sharpness that was found for them."""
        from lungseg.weights import folder_of

        folder = folder_of(name)
        config = read_artifact(folder)
        load_weights(model, folder, "masker")
        return float(config["masker"]["sharpness"])

    def _ensure_network(self) -> None:
        check_is_fitted(self)
        if not hasattr(self, "model_"):
            assert self.weights is not None  # noqa: S101 - what check_is_fitted asserts
            model = self._build()
            self.sharpness_ = self._load_into(model, self.weights)
            self.model_ = model

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_") or self.weights is not None

    def _check(self) -> None:
        check_params(
            self,
            network=("bcdunet-d1", "bcdunet-d3"),
            target=("lungs", "surrounding"),
            filters=(1, None),
            input_size=(32, None),
            threshold=(0, 1),
            epochs=(1, None),
            batch_size=(1, None),
            learning_rate=(0, None),
            validation_fraction=(0, 0.9),
        )


def _to_grid(
    box: Letterbox,
    probabilities: NDArray[np.float32],
    lungs: NDArray[np.bool_],
    sides: NDArray[np.uint8],
    threshold: float,
) -> NDArray[np.uint8]:
    """Bring one slice back to its own grid, with the contour as fine as that grid."""
    if not lungs.any():
        return np.zeros(box.shape, np.uint8)
    near = cv2.dilate(lungs.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    kept = np.where(near, probabilities, 0)
    kept[lungs & (kept < threshold)] = 1  # a hole that was filled
    inside = box.undo(kept) >= threshold
    grown = np.where(sides > 0, sides, cv2.dilate(sides, np.ones((5, 5), np.uint8)))
    return np.where(inside, np.maximum(box.undo(grown, label=True), 1), 0).astype(np.uint8)
