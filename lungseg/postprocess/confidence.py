"""How sure a mask is, without the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: What is known of a mask without the truth; see `lungseg.inference.evidence`.
EVIDENCE = ("stability", "flip", "window", "debris", "certainty", "contrast", "border", "area")


@dataclass(frozen=True)
class Confidence:
    """From the evidence for a mask to the Dice that is expected of it.

    A regression of the logit of Dice on standardised evidence, fitted to masks whose
    truth is known: held-out slices, clean and spoilt, and pictures without lungs.

    Parameters
    ----------
    mean, scale, weights : tuple of float
        One number for each of `EVIDENCE`.
    offset : float

    References
    ----------
    Kohlberger et al., "Evaluating Segmentation Error without Ground Truth", MICCAI 2012.

    Examples
    --------
    >>> sure, torn = [1, 1, 1, 1, 1, 3, 0, 0.3], [0.7, 0.5, 0.6, 0.4, 0.7, 1, 0.5, 0.1]
    >>> model = Confidence.plain()
    >>> model.expected_dice(sure) > 0.95, model.expected_dice(torn) < 0.1
    (True, True)
    """

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    offset: float

    def expected_dice(self, evidence: Sequence[float] | NDArray[Any]) -> float:
        """Dice that is expected of a mask with this evidence, 0 to 1."""
        standard = (np.asarray(evidence, float) - self.mean) / self.scale
        logit = float(standard @ np.asarray(self.weights)) + self.offset
        return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))

    @classmethod
    def plain(cls) -> Confidence:
        """Uncalibrated: agreement alone, for a masker that had no data to calibrate on."""
        count = len(EVIDENCE)
        return cls(
            mean=(0.9, 0.9, 0.9) + (0.0,) * (count - 3),
            scale=(0.05, 0.1, 0.1) + (1.0,) * (count - 3),
            weights=(1.0, 1.0, 1.0) + (0.0,) * (count - 3),
            offset=1.5,
        )

    @classmethod
    def fit(cls, evidence: NDArray[Any], scores: NDArray[Any], *, ridge: float = 1.0) -> Confidence:
        """Fit to the evidence for many masks and their true Dice.

        Parameters
        ----------
        evidence : float array of shape (masks, evidence)
        scores : float array of shape (masks,)
        ridge : float
            Strength of the penalty on the weights.

        Returns
        -------
        Confidence
        """
        from sklearn.linear_model import LogisticRegression

        mean, scale = evidence.mean(axis=0), evidence.std(axis=0) + 1e-3
        standard = (evidence - mean) / scale
        # A Dice of .9 counts as nine parts success and one part failure: the logistic
        # likelihood of a share.
        twice = np.concatenate([standard, standard])
        outcome = np.repeat([1, 0], len(scores))
        parts = np.concatenate([scores, 1 - scores])
        model = LogisticRegression(C=1 / ridge).fit(twice, outcome, sample_weight=parts)
        return cls(
            mean=tuple(mean.round(5).tolist()),
            scale=tuple(scale.round(5).tolist()),
            weights=tuple(model.coef_[0].round(5).tolist()),
            offset=round(float(model.intercept_[0]), 5),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what a configuration stores."""
        return {
            "evidence": list(EVIDENCE),
            "mean": list(self.mean),
            "scale": list(self.scale),
            "weights": list(self.weights),
            "offset": self.offset,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any] | None) -> Confidence:
        """Read what `to_dict` wrote; `plain` for a masker that stored nothing."""
        if stored is None or stored.get("evidence") != list(EVIDENCE):
            return cls.plain()
        return cls(
            tuple(stored["mean"]),
            tuple(stored["scale"]),
            tuple(stored["weights"]),
            float(stored["offset"]),
        )
