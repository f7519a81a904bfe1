"""From a scan to the mask of its lungs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lungseg.inference.average_views import average_views
from lungseg.inference.engine import Engine
from lungseg.inference.evidence import gather_evidence
from lungseg.inference.mark import mark_slices
from lungseg.inference.turns import average_turns, count_turns, is_few
from lungseg.inference.view import choose_views
from lungseg.postprocess.above_threshold import above_threshold
from lungseg.postprocess.classical import classical_lungs
from lungseg.postprocess.confidence import Confidence
from lungseg.postprocess.keep_lungs import keep_lungs
from lungseg.postprocess.sharpen import sharpen
from lungseg.postprocess.sides import label_sides
from lungseg.postprocess.to_grid import to_grid
from lungseg.preprocess.body import body_mask
from lungseg.preprocess.letterbox import Letterbox
from lungseg.scan import LungMask, MaskMethod, Scan

Fallback = Literal["keep", "classical", "none"]

#: A picture is a negative if lungs are found with this confidence where it is turned round, and
#: with this much less where it is not.
_SURE = 0.9
_CLEARLY = 0.1


@dataclass(frozen=True)
class Finder:
    """Find the lungs of one scan: what `LungMasker` does with a trained network.

    Parameters
    ----------
    engine : Engine
    input_size, threshold, turns, scales, crop, body_scale, enlarge, min_confidence, fallback
        As in `LungMasker`.
    surrounding : bool
        The network marks the tissue around the lungs.
    sharpness : float
        By which the logits are multiplied.
    confidence : Confidence
    """

    engine: Engine
    input_size: int
    threshold: float
    turns: int
    scales: tuple[float, ...]
    crop: bool
    body_scale: float
    enlarge: float
    surrounding: bool
    sharpness: float
    confidence: Confidence
    min_confidence: float
    fallback: Fallback

    def find(self, scan: Scan) -> LungMask:
        """Find the lungs of a scan, in its own grid."""
        view, marks, lungs, confidence = self._look(scan.axial())
        if not lungs.any() or confidence < self.min_confidence:
            return self._doubtful(scan, view, marks, lungs, confidence)
        return self._mask(scan, view, marks, lungs, confidence)

    def _look(
        self, slices: NDArray[Any]
    ) -> tuple[Letterbox, NDArray[np.uint8], NDArray[np.bool_], float]:
        """Mark axial slices, as `mark` does, and say how sure that is."""
        view, marks, lungs = self.mark(slices)
        if not lungs.any():
            return view, marks, lungs, 0.0
        evidence = self.evidence(slices, view, marks, lungs)
        return view, marks, lungs, round(self.confidence.expected_dice(evidence), 3)

    def mark(self, slices: NDArray[Any]) -> tuple[Letterbox, NDArray[np.uint8], NDArray[np.bool_]]:
        """Mark axial slices; return the view, the marks in its frame, and what was kept."""
        views = self._views(slices)
        engine = average_turns(self.probabilities, count_turns(self.turns, len(slices)))
        seen = [mark_slices(slices, view, engine, threshold=self.threshold) for view in views]
        marks = average_views(seen, views)
        return views[0], marks, keep_lungs(above_threshold(marks, self.threshold), marks)

    def view(self, slices: NDArray[Any]) -> Letterbox:
        """Choose what of axial slices is shown, and the frame their marks come in."""
        return self._views(slices)[0]

    def _views(self, slices: NDArray[Any]) -> list[Letterbox]:
        """Choose every frame that axial slices are marked in; see `choose_views`."""
        return choose_views(
            slices,
            self.input_size,
            self.scales if is_few(len(slices)) else (1.0,),
            crop=self.crop,
            body_scale=self.body_scale,
            enlarge=self.enlarge,
        )

    def evidence(
        self,
        slices: NDArray[Any],
        view: Letterbox,
        marks: NDArray[np.uint8],
        lungs: NDArray[np.bool_],
    ) -> NDArray[np.float64]:
        """Gather the evidence for what `mark` found; see `gather_evidence`."""
        return gather_evidence(
            slices, view, self.probabilities, marks, lungs, threshold=self.threshold
        )

    def probabilities(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probability of lung of fitted slices, whatever the network was taught to mark."""
        found = sharpen(self.engine(grey), self.sharpness)
        if self.surrounding:
            bodies = np.stack([body_mask(part) for part in grey])
            return np.where(bodies, 1 - found, 0).astype(np.float32)
        return found

    def _doubtful(
        self,
        scan: Scan,
        view: Letterbox,
        marks: NDArray[np.uint8],
        lungs: NDArray[np.bool_],
        confidence: float,
    ) -> LungMask:
        """Apply the fallback rule, and say so."""
        found = (
            f"the mask is doubtful (confidence {confidence:.2f}, below {self.min_confidence:g})"
            if lungs.any()
            else "no lungs were found"
        )
        if self._is_negative(scan, confidence):
            found += ": it seems to be a negative, with air white; invert the picture"
        elif lungs.any():
            found += ": is this a chest CT?"
        if self.fallback == "keep":
            return self._mask(scan, view, marks, lungs, confidence, "network", found)
        if self.fallback == "none":
            nothing = np.zeros_like(lungs)
            left = "; the mask was left empty" if lungs.any() else ""
            return self._mask(scan, view, marks, nothing, confidence, "none", found + left)
        # The classical mask needs no frame of the network's.
        slices = scan.axial()
        whole = Letterbox((slices.shape[1], slices.shape[2]), (slices.shape[1], slices.shape[2]))
        classical = keep_lungs(classical_lungs(slices))
        sure = classical.astype(np.uint8) * np.uint8(255)
        warning = f"{found}; the mask was made by threshold and body contour instead"
        return self._mask(scan, whole, sure, classical, confidence, "classical", warning)

    def _is_negative(self, scan: Scan, confidence: float) -> bool:
        """Tell a negative by lungs that are found there surely, and here are not."""
        if scan.units != "display":
            return False
        slices = scan.axial()
        # One slice tells, and is all that there is of most pictures.
        middle = slices[len(slices) // 2][None]
        turned = self._look(255 - middle)[-1]
        return turned >= max(_SURE, confidence + _CLEARLY)

    def _mask(
        self,
        scan: Scan,
        view: Letterbox,
        marks: NDArray[np.uint8],
        lungs: NDArray[np.bool_],
        confidence: float,
        method: MaskMethod = "network",
        warning: str = "",
    ) -> LungMask:
        voxels = np.zeros(scan.axial().shape, np.uint8)
        sides = label_sides(lungs, upright=scan.affine is not None)
        for index in np.flatnonzero(lungs.any(axis=(1, 2))):
            voxels[index] = to_grid(view, marks[index], lungs[index], sides[index], self.threshold)
        return LungMask(
            np.ascontiguousarray(scan.order.undo(voxels)),
            scan.affine,
            scan.source,
            confidence=confidence,
            method=method,
            warnings=(f"{scan.source}: {warning}",) if warning else (),
        )
