"""Prediction: everything the pipeline has to say about one scan."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.infection_mask import InfectionMask
from lungseg.quantify.severity import Severity
from lungseg.scan import Heatmap, LungMask, Scan


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
    infection : InfectionMask or None
        None where the pipeline has no infection stage.
    severity : Severity or None
        How much of the lungs is infected.
    heatmap : Heatmap or None
        Where the classifier sees the label; only after `lungseg.report.complete.complete`,
        as in ``lungseg report``.
    weights : dict
        Names, versions and SHA-256 of the weights of each stage; empty where they were not
        asked for, see `lungseg.report.provenance.weights_of`.

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
    infection: InfectionMask | None = None
    severity: Severity | None = None
    heatmap: Heatmap | None = None
    weights: dict[str, Any] = field(default_factory=dict)

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
            "infection": None if self.infection is None else _summary(self.infection),
            "severity": None if self.severity is None else self.severity.to_dict(),
            "warnings": list(self.warnings),
            "weights": self.weights,
        }

    def picture(self) -> NDArray[np.uint8]:
        """Draw a montage of slices with the outlines of the lungs and the infection, as RGB.

        Returns
        -------
        uint8 array of shape (rows, columns, 3)
        """
        from lungseg.report.overlay import montage

        return montage(self.scan, self.mask, self.infection)

    def save(self, folder: str | Path, *, dicom_seg: bool = False) -> Path:
        """Write result.json, the masks, overlay.png and report.html to a folder.

        Parameters
        ----------
        folder : str or Path
            Made if it is not there.
        dicom_seg : bool
            Write the masks as DICOM segmentations, too; the scan must come from a DICOM
            series.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        lungseg.InputError
            If a DICOM segmentation is asked for and the scan does not come from a series.
        ModuleNotFoundError
            If it is asked for and highdicom, the extra ``dicom-seg``, is not there.
        """
        from lungseg.io.atomic import atomic_path
        from lungseg.report.overlay import save_png
        from lungseg.report.page import save_report

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        masks = {"mask": self.mask, "infection": self.infection}
        there = {name: mask for name, mask in masks.items() if mask is not None}
        for name, mask in there.items():
            mask.save(folder / f"{name}{suffix_of(mask)}")
        save_png(self.picture(), folder / "overlay.png")
        save_report(self, folder / "report.html")
        with atomic_path(folder / "result.json") as path:
            path.write_text(json.dumps(self.to_dict(), indent=2, ensure_ascii=False), "utf-8")
        # Last: of a scan that comes from no series they fail, and the rest is there.
        for name, mask in there.items() if dicom_seg else ():
            mask.save(folder / f"{name}.dcm")
        return folder

    def _repr_png_(self) -> bytes:
        from lungseg.report.overlay import encode_png

        return encode_png(self.picture())

    def __repr__(self) -> str:
        shown = ", ".join(f"{name} {value:.3f}" for name, value in self.probabilities.items())
        return f"Prediction({self.scan.source!r}: {self.label} ({shown}))"


def suffix_of(mask: LungMask | InfectionMask) -> str:
    """Suffix of the format that suits a mask: a picture's is PNG, a volume's NIfTI.

    Examples
    --------
    >>> suffix_of(LungMask(np.zeros((1, 64, 64), np.uint8)))
    '.png'
    """
    return ".png" if mask.affine is None and len(mask.voxels) == 1 else ".nii.gz"


def _summary(infection: InfectionMask) -> dict[str, Any]:
    interval = infection.interval
    return {
        "classes": list(infection.classes),
        "voxels": int(infection.infection.sum()),
        "interval": None if interval is None else [int(limit) for limit in interval],
        "coverage": infection.coverage,
        "warnings": list(infection.warnings),
    }


def _plain(label: Any) -> Any:
    return label.item() if isinstance(label, np.generic) else label
