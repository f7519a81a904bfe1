"""Whether the classes of a data set can be told apart by how its pictures were made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lungseg.evaluation.bootstrap import Estimate, bootstrap_estimate
from lungseg.evaluation.outer_texture import outer_texture
from lungseg.evaluation.roc_area import mean_roc_area
from lungseg.evaluation.splits import count_patients, grouped_folds
from lungseg.inputs import check_is_list, check_same_length
from lungseg.labels import as_groups, as_labels

if TYPE_CHECKING:
    from lungseg.masker import LungMasker

#: What the figure is called beside those of a classifier.
TEXTURE = "texture outside the lungs"

#: What follows where its interval lies above one half.
MADE_DIFFERENTLY = (
    "Pictures of the classes were made in different ways: what is measured on them may not hold "
    "elsewhere."
)

#: Of the cross-validation, where nobody chooses.
_FOLDS = 5


def acquisition_bias(
    X: Iterable[Any],
    y: Sequence[Any],
    groups: Sequence[Any] | None = None,
    *,
    masker: LungMasker | None = None,
    folds: int = _FOLDS,
    repeats: int = 1000,
    seed: int = 0,
) -> Estimate:
    """Tell the classes apart by the finest texture outside the lungs: ½ where it says nothing.

    What scanner, kernel, dose, scaling and compression leave in a picture is in its finest texture,
    also where no lung is. Where classes come from different sources, that tells them apart, and a
    network trained on them is free to learn it in place of the disease. So this asks before
    any training. Local binary patterns are counted outside the lungs, in pixels of the scan, and a
    logistic regression, cross-validated by patient, tells the classes by these counts. A lower end
    of the interval above ½ says that they were made in different ways, and that figures from such
    data will not hold elsewhere. An interval around ½ is no proof that they were made alike.

    Parameters
    ----------
    X : iterable of path, array, image, Scan or MaskedScan
    y : sequence
        Labels: two or more classes.
    groups : sequence, optional
        Patient of each scan; each scan of its own without.
    masker : LungMasker, optional
        Finds the lungs of scans that do not bring them; the weights `lungs` without.
    folds : int
        Of the cross-validation.
    repeats : int
        Of the bootstrap over patients.
    seed : int
        Of both.

    Returns
    -------
    Estimate
        ROC AUC out of fold; of more than two classes the mean of each against the rest.

    Raises
    ------
    lungseg.InputError
        If a scan cannot be read.
    ValueError
        If the lengths differ, there is one class, or a class has fewer patients than there are
        folds.

    References
    ----------
    Ojala et al., "Multiresolution Gray-Scale and Rotation Invariant Texture Classification with
    Local Binary Patterns", TPAMI 2002. Lopez-Paz and Oquab, "Revisiting Classifier Two-Sample
    Tests", ICLR 2017. DeGrave et al., "AI for radiographic COVID-19 detection selects shortcuts
    over signal", Nature Machine Intelligence 2021.

    Examples
    --------
    >>> import cv2, lungseg
    >>> scans = []
    >>> for number in range(12):
    ...     scan, mask = lungseg.phantom(slices=1, size=96, seed=number, return_mask=True)
    ...     if number % 2:  # half of them from a scanner that smooths
    ...         scan = scan.with_voxels(cv2.blur(scan.voxels[0], (3, 3))[None])
    ...     scans.append(lungseg.MaskedScan(scan, mask))
    >>> acquisition_bias(scans, ["ill", "healthy"] * 6, folds=3).value
    1.0
    """
    from lungseg.masker import LungMasker

    check_is_list(X)
    labels, owners = as_labels(y), as_groups(groups)
    check_same_length(X=X, y=labels, groups=owners)
    owners = list(range(len(labels))) if owners is None else owners
    classes, truth = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"there is nothing to tell apart: y holds only {classes[0]!r}")
    # Too few patients are an error before any scan is masked.
    fold_of = grouped_folds(labels.tolist(), owners, folds, seed)
    masker = LungMasker.from_pretrained() if masker is None else masker
    shares = np.array([outer_texture(item) for item in masker.iterate(X)])
    scores = _out_of_fold(shares, truth, fold_of)
    return bootstrap_estimate(mean_roc_area, owners, truth, scores, repeats=repeats, seed=seed)


def tell_by_texture(
    textures: ArrayLike,
    truth: Sequence[int],
    groups: Sequence[Any],
    *,
    repeats: int = 1000,
) -> Estimate:
    """Tell classes apart by textures that were counted before; see `acquisition_bias`.

    Parameters
    ----------
    textures : float array of shape (scans, numbers)
        As `lungseg.evaluation.outer_texture.outer_texture` gives them.
    truth : sequence of int
        Number of each scan's class.
    groups : sequence
        Patient of each scan.
    repeats : int
        Of the bootstrap.

    Returns
    -------
    Estimate

    Raises
    ------
    ValueError
        If a class has fewer patients than five; see `can_be_asked`.

    Examples
    --------
    >>> textures = [[0.5, 0.5], [0.8, 0.2]] * 10
    >>> tell_by_texture(textures, [0, 1] * 10, range(20), repeats=10).value
    1.0
    """
    shares, classes = np.asarray(textures), np.asarray(truth)
    scores = _out_of_fold(shares, classes, grouped_folds(classes.tolist(), groups, _FOLDS))
    return bootstrap_estimate(mean_roc_area, groups, classes, scores, repeats=repeats)


def can_be_asked(y: Sequence[Any], groups: Sequence[Any]) -> bool:
    """Say whether there are patients enough of each class for `acquisition_bias`: five.

    Parameters
    ----------
    y : sequence
        Labels.
    groups : sequence
        Patient of each.

    Returns
    -------
    bool

    Examples
    --------
    >>> can_be_asked("abab", [1, 2, 3, 4]), can_be_asked("ab" * 5, range(10))
    (False, True)
    """
    patients = count_patients(y, groups).values()
    return len(patients) > 1 and min(patients) >= _FOLDS


def _out_of_fold(
    shares: NDArray[np.float64], truth: NDArray[np.intp], fold_of: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Score each scan for each class by a regression that has not seen its patient."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    scores = np.zeros((len(truth), int(truth.max()) + 1))
    for fold in np.unique(fold_of):
        keep, aside = fold_of != fold, fold_of == fold
        regression = LogisticRegression(class_weight="balanced", max_iter=1000)
        model = make_pipeline(StandardScaler(), regression)
        scores[aside] = model.fit(shares[keep], truth[keep]).predict_proba(shares[aside])
    return scores
