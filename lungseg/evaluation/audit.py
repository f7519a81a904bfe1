"""Whether a pipeline reads the lungs, or something else that goes with the label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lungseg.evaluation.acquisition import (
    MADE_DIFFERENTLY,
    TEXTURE,
    can_be_asked,
    tell_by_texture,
)
from lungseg.evaluation.bootstrap import Estimate, bootstrap_estimate
from lungseg.evaluation.outer_texture import outer_texture
from lungseg.evaluation.roc_area import mean_roc_area
from lungseg.inputs import check_is_list, check_same_length
from lungseg.io.atomic import atomic_path
from lungseg.labels import as_groups, as_labels
from lungseg.preprocess.chain import Chain
from lungseg.roi import RoiMultiply
from lungseg.scan import MaskedScan, Scan

if TYPE_CHECKING:
    from lungseg.pipeline.pipeline import Pipeline

#: What the classifier is shown in turn.
VIEWS = ("ROI", "full picture", "background alone", "mask's shape alone")

#: Grey of soft tissue in either unit: what stands for everything that is not shown.
_TISSUE = {"HU": 40, "display": 190}


@dataclass(frozen=True)
class Audit:
    """What a classifier makes of the lungs, and of what is not the lungs.

    Parameters
    ----------
    auc : dict of str to Estimate
        ROC AUC of the same classifier in each of `VIEWS`.
    heat_inside : Estimate
        Mean share of the Grad-CAM heat that lies inside the lungs.
    acquisition : Estimate, optional
        ROC AUC by which the finest texture outside the lungs tells the classes apart, whatever
        the classifier; see `lungseg.evaluation.acquisition.acquisition_bias`. None where a class
        has fewer than five patients.
    """

    auc: dict[str, Estimate]
    heat_inside: Estimate
    acquisition: Estimate | None = None

    @property
    def shortcut(self) -> bool:
        """Whether the label can be told without the lungs: a lower bound of AUC above ½."""
        return any(
            self.auc[view].is_above(0.5) for view in ("background alone", "mask's shape alone")
        )

    @property
    def made_differently(self) -> bool:
        """Whether pictures of the classes were made in different ways, as far as can be told."""
        return self.acquisition is not None and self.acquisition.is_above(0.5)

    def to_dict(self) -> dict[str, Any]:
        """Return everything in types that JSON knows."""
        return {
            "roc_auc": {view: estimate.to_dict() for view, estimate in self.auc.items()},
            "heat_inside_lungs": self.heat_inside.to_dict(),
            "shortcut": self.shortcut,
            "acquisition": None if self.acquisition is None else self.acquisition.to_dict(),
            "made_differently": self.made_differently,
            "warnings": self.warnings,
        }

    def save_figure(self, path: str | Path) -> Path:
        """Draw each AUC with its interval; the suffix decides the format."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(6, 2.8), layout="constrained")
        axes = figure.add_subplot()
        shown = [
            (view, found.value, found.low or found.value, found.high or found.value)
            for view, found in self._areas().items()
            if found.value is not None
        ]
        for place, (_, value, low, high) in enumerate(shown):
            axes.plot([low, high], [place, place], color="#0072B2")
            axes.plot([value], [place], "o", color="#0072B2")
        axes.axvline(0.5, color="0.6", linestyle=":")
        axes.set_yticks(range(len(shown)), [view for view, *_ in shown])
        axes.invert_yaxis()
        axes.set(xlim=(0, 1), xlabel="ROC AUC, 95 % interval over patients")
        with atomic_path(path) as temporary:
            figure.savefig(temporary, dpi=150)
        return Path(path)

    def __str__(self) -> str:
        areas = self._areas()
        width = max(map(len, areas))
        lines = [f"{view:<{width}}  AUC {estimate}" for view, estimate in areas.items()]
        lines.append(f"{'heat inside lungs':<{width}}  {self.heat_inside}")
        return "\n".join([*lines, *self.warnings])

    @property
    def warnings(self) -> list[str]:
        """What follows from the figures, in words; empty where nothing was found."""
        found = []
        if self.shortcut:
            found.append("The label can be told without the lungs: the classifier may do so too.")
        if self.made_differently:
            found.append(MADE_DIFFERENTLY)
        return found

    def _areas(self) -> dict[str, Estimate]:
        """Every ROC AUC by its name: of the classifier, and of the texture."""
        if self.acquisition is None:
            return self.auc
        return {**self.auc, TEXTURE: self.acquisition}


def audit(
    pipeline: Pipeline,
    X: Iterable[Any],
    y: Sequence[Any],
    groups: Sequence[Any],
    *,
    repeats: int = 1000,
) -> Audit:
    """Score a classifier on the lungs, and on what is left without them.

    The same trained classifier is shown the ROI as in the pipeline; the full picture; the
    ROI with the lungs painted over; and the outline of the lungs alone. A score well above
    one half in the last two says that the label can be told from the table, the heart or
    the crop. Whatever the classifier, the data are asked whether the finest texture outside the
    lungs tells the classes: then their pictures were made in different ways.

    Parameters
    ----------
    pipeline : Pipeline
        With a masker.
    X : iterable of path, array, image or Scan
        Of patients that training has not seen.
    y : sequence
    groups : sequence
        Patient of each scan.
    repeats : int
        Of the bootstrap over patients.

    Returns
    -------
    Audit

    Raises
    ------
    ValueError
        If the pipeline has no masker, the lengths differ, or ``y`` holds a class that it
        does not know.

    References
    ----------
    DeGrave et al., "AI for radiographic COVID-19 detection selects shortcuts over signal",
    Nature Machine Intelligence 2021.
    """
    check_is_list(X)
    labels, groups = as_labels(y).tolist(), as_groups(groups)
    check_same_length(X=X, y=labels, groups=groups)
    if isinstance(pipeline.masker_, str):
        raise ValueError("an audit needs a pipeline with a masker: it asks what lies in the lungs")
    classes = pipeline.classes_.tolist()
    unknown = set(labels) - set(classes)
    if unknown:
        raise ValueError(f"y holds classes that the pipeline does not know: {sorted(unknown)}")
    looks = [look(pipeline, item) for item in pipeline.masker_.iterate(X)]
    truth = [classes.index(label) for label in labels]
    return join_looks(looks, truth, groups, repeats=repeats)


def look(pipeline: Pipeline, item: MaskedScan) -> dict[str, Any]:
    """Score one scan in each view: its part of an `audit`.

    Parameters
    ----------
    pipeline : Pipeline
        With a masker.
    item : MaskedScan

    Returns
    -------
    dict
        ``views``: probabilities of the classes in each of `VIEWS`; ``heat_inside``, None where
        there is no heat or no lung; ``texture`` outside the lungs. In types that JSON knows.
    """
    views = _views(item, pipeline.chain_, pipeline.roi_)
    rows = pipeline.classifier_.predict_proba(views.values())
    return {
        "views": {view: row.tolist() for view, row in zip(views, rows, strict=True)},
        "heat_inside": _heat_inside(pipeline, item),
        "texture": outer_texture(item).tolist(),
    }


def join_looks(
    looks: Sequence[dict[str, Any]],
    truth: Sequence[int],
    groups: Sequence[Any],
    *,
    repeats: int = 1000,
) -> Audit:
    """Make an audit of what `look` saw in each scan.

    Parameters
    ----------
    looks : sequence of dict
    truth : sequence of int
        Number of each scan's class.
    groups : sequence
        Patient of each scan.
    repeats : int
        Of the bootstrap.

    Returns
    -------
    Audit
    """
    numbers = np.asarray(truth)
    return Audit(
        {
            view: bootstrap_estimate(
                mean_roc_area,
                groups,
                numbers,
                np.array([one["views"][view] for one in looks]),
                repeats=repeats,
            )
            for view in VIEWS
        },
        bootstrap_estimate(
            _mean, groups, np.array([one["heat_inside"] for one in looks], float), repeats=repeats
        ),
        tell_by_texture([one["texture"] for one in looks], truth, groups, repeats=repeats)
        if can_be_asked(truth, groups)
        else None,
    )


def _views(item: MaskedScan, chain: Chain, roi: RoiMultiply) -> dict[str, Scan | MaskedScan]:
    """Make what the classifier is shown of one scan, framed as the pipeline frames it."""
    early = [transform for transform in chain.transforms if transform.place == "scan"]
    late = [transform for transform in chain.transforms if transform.place == "roi"]
    unmasked = [transform for transform in chain.transforms if not transform.needs_mask]
    before = Chain(early).show(*item)
    scan, mask = before.scan, before.mask
    assert mask is not None  # noqa: S101 - what goes with a mask comes with one
    tissue = _TISSUE[scan.units]
    painted = np.where(mask.lungs, tissue, scan.voxels)
    outline = np.where(mask.lungs, scan.air, tissue)
    frame = RoiMultiply(
        None, crop=roi.crop, margin=roi.margin, min_confidence=roi.min_confidence
    )  # fmt: skip

    def show(roi: RoiMultiply, scan: Scan) -> Scan | MaskedScan:
        chain = Chain(late, roi)
        return chain.item_of(chain.show(scan, mask))

    return {
        "ROI": show(roi, scan),
        "full picture": Chain(unmasked).show(item.scan).scan,
        "background alone": show(frame, scan.with_voxels(painted)),
        "mask's shape alone": show(frame, scan.with_voxels(outline)),
    }


def _heat_inside(pipeline: Pipeline, item: MaskedScan) -> float | None:
    """Share of the heat inside the lungs; None where there is no heat or no lung."""
    if not item.mask.lungs.any():
        return None
    shown = pipeline.chain_.show(*item)
    (found,) = pipeline.classifier_.explain([pipeline.chain_.item_of(shown)])
    heat = shown.restore(found.voxels)
    total = float(heat.sum())
    return float(heat[item.mask.lungs].sum()) / total if total else None


def _mean(shares: NDArray[Any]) -> float | None:
    known = shares[np.isfinite(shares)]
    return float(known.mean()) if len(known) else None
