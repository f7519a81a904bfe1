"""Prediction: everything the pipeline has to say about one scan."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.scan import LungMask, Scan


@dataclass(frozen=True, eq=False, repr=False)
class Prediction:
    """The result of a pipeline on one scan.

    Parameters
    ----------
    scan : Scan
    mask : LungMask or None
        None where the pipeline has no masker.
    label : object
        One of the classes.
    probabilities : dict
        Probability of each class, in their order.
    threshold : float or None
        Probability of the second of two classes from which it is predicted; None for
        more classes.
    prediction_set : tuple or None
        Classes that cannot be ruled out, with a promised coverage of 90 %; None where
        the pipeline was never calibrated.
    slices : list of dict
        For each slice that was classified its number, counted from the feet, and the
        probability of each class.
    warnings : tuple of str
        Of the doctor, the masker and the ROI.
    roi : dict
        Figures of the lungs: share of the scan, and volume in mL where the spacing is
        known.

    Examples
    --------
    >>> import lungseg
    >>> pipeline = lungseg.Pipeline.from_pretrained()
    >>> prediction, = pipeline.analyze([lungseg.phantom(slices=4, size=128)])
    >>> sorted(prediction.probabilities)
    ['COVID', 'NonCOVID']
    """

    scan: Scan
    mask: LungMask | None
    label: Any
    probabilities: dict[Any, float]
    threshold: float | None
    prediction_set: tuple[Any, ...] | None
    slices: list[dict[str, Any]]
    warnings: tuple[str, ...]
    roi: dict[str, float | None]

    @property
    def mask_confidence(self) -> float | None:
        """How sure the masker is of the lungs, 0 to 1."""
        return None if self.mask is None else self.mask.confidence

    def to_dict(self) -> dict[str, Any]:
        """Return the result in types that JSON knows, without the voxels."""
        return {
            "input": self.scan.source,
            "label": _plain(self.label),
            "probabilities": {str(name): value for name, value in self.probabilities.items()},
            "threshold": self.threshold,
            "prediction_set": (
                None
                if self.prediction_set is None
                else [_plain(label) for label in self.prediction_set]
            ),
            "slices": self.slices,
            "mask_confidence": self.mask_confidence,
            "roi": self.roi,
            "warnings": list(self.warnings),
        }

    def picture(self) -> NDArray[np.uint8]:
        """Draw a montage of slices with the outlines of the lungs, as RGB.

        Returns
        -------
        uint8 array of shape (rows, columns, 3)
        """
        from lungseg.report.overlay import montage

        return montage(self.scan, self.mask)

    def save(self, folder: str | Path) -> Path:
        """Write result.json, the mask and overlay.png to a folder.

        Parameters
        ----------
        folder : str or Path
            Made if it is not there.

        Returns
        -------
        Path
            The folder.
        """
        from lungseg.io.atomic import atomic_path
        from lungseg.report.overlay import save_png

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if self.mask is not None:
            self.mask.save(folder / f"mask{suffix_of(self.mask)}")
        save_png(self.picture(), folder / "overlay.png")
        with atomic_path(folder / "result.json") as path:
            path.write_text(json.dumps(self.to_dict(), indent=2, ensure_ascii=False), "utf-8")
        return folder

    def _repr_png_(self) -> bytes:
        from lungseg.report.overlay import encode_png

        return encode_png(self.picture())

    def __repr__(self) -> str:
        shown = ", ".join(f"{name} {value:.3f}" for name, value in self.probabilities.items())
        return f"Prediction({self.scan.source!r}: {self.label} ({shown}))"


def suffix_of(mask: LungMask) -> str:
    """Suffix of the format that suits a mask: a picture's is PNG, a volume's NIfTI.

    Examples
    --------
    >>> suffix_of(LungMask(np.zeros((1, 64, 64), np.uint8)))
    '.png'
    """
    return ".png" if mask.affine is None and len(mask.voxels) == 1 else ".nii.gz"


def _plain(label: Any) -> Any:
    return label.item() if isinstance(label, np.generic) else label
