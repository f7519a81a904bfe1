"""What is learned of a trained masker on slices kept aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.evaluation.dice import dice
from lungseg.inference.finder import Finder
from lungseg.inference.mark import fit
from lungseg.postprocess.confidence import Confidence
from lungseg.postprocess.sharpen import fit_sharpness
from lungseg.training.augment_slice import SliceAugmentation
from lungseg.training.strangers import strangers

Slices = Sequence[NDArray[Any]]
Masks = Sequence[NDArray[np.bool_]]


def fit_sharpness_on(finder: Finder, slices: Slices, targets: Masks) -> float:
    """Choose the sharpness of a network's probabilities; see `fit_sharpness`.

    Parameters
    ----------
    finder : Finder
        With a sharpness of 1.
    slices, targets : sequences of arrays of shape (rows, columns)
        What the network was taught to mark, on slices it was not trained on.

    Returns
    -------
    float
    """
    found, truth = [], []
    for part, target in zip(slices, targets, strict=True):
        view = finder.view(part[None])
        # Frames differ in size: what counts is each pixel by itself.
        found.append(finder.engine(fit(part[None], [0], view)).ravel())
        truth.append(view.apply(np.asarray(target, np.uint8), label=True).ravel() > 0)
    return fit_sharpness(np.concatenate(found), np.concatenate(truth))


def fit_confidence(
    finder: Finder,
    slices: Slices,
    masks: Masks,
    *,
    spoilt: int = 10,
    others: int = 24,
    seed: int = 0,
) -> Confidence:
    """Learn from the evidence for masks, whose truth is known, what Dice to expect.

    Parameters
    ----------
    finder : Finder
    slices, masks : sequences of arrays of shape (rows, columns)
        On which the network was not trained.
    spoilt : int
        How many times each slice is shown with windows, crops, turns, noise, marks and
        disease, beside its clean self.
    others : int
        How many pictures without lungs are shown; what is found in them has Dice 0.
    seed : int

    Returns
    -------
    Confidence
    """
    evidence, scores = evidence_and_dice(
        finder, slices, masks, spoilt=spoilt, others=others, seed=seed
    )
    if len(scores) < 10:
        return Confidence.plain()
    return Confidence.fit(evidence, scores)


def evidence_and_dice(
    finder: Finder,
    slices: Slices,
    masks: Masks,
    *,
    spoilt: int,
    others: int,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gather the evidence for masks of known truth, and their Dice.

    Parameters
    ----------
    finder, slices, masks, spoilt, others, seed
        As in `fit_confidence`.

    Returns
    -------
    evidence : float array of shape (masks, evidence)
        Of the pictures in which anything was found.
    scores : float array of shape (masks,)
    """
    shown = _shown(finder, slices, masks, spoilt, others, seed)
    evidence, scores = [], []
    for voxels, truth in shown:
        view, marks, lungs = finder.mark(voxels[None])
        if lungs.any():
            evidence.append(finder.evidence(voxels[None], view, marks, lungs))
            scores.append(dice(lungs[0], view.apply(truth.astype(np.uint8), label=True)))
    return np.array(evidence), np.array(scores)


def _shown(
    finder: Finder, slices: Slices, masks: Masks, spoilt: int, others: int, seed: int
) -> list[tuple[NDArray[Any], NDArray[np.bool_]]]:
    change = SliceAugmentation(finder.input_size, crop=finder.crop)
    shown = [(part, np.asarray(mask, bool)) for part, mask in zip(slices, masks, strict=True)]
    for index, (part, mask) in enumerate(list(shown)):
        for turn in range(spoilt):
            grey, share = change(part, mask, np.random.default_rng((seed, index, turn)))
            shown.append((grey, share > 127))
    # Other pictures than in training: the seed is far off.
    shown += [(grey, np.zeros(grey.shape, bool)) for grey in strangers(others, seed=seed + 9001)]
    return shown
