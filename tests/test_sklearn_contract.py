"""The estimators follow scikit-learn's contract, as far as it speaks of images.

``sklearn.utils.estimator_checks`` feeds tables of numbers. Its checks are applied here
in the form that lists of scans allow. Those that cannot apply:

- everything that gives ``X`` of shape (n, features), sparse, with NaN or of one feature
  (check_estimators_dtypes, check_n_features_in, check_estimators_nan_inf, …): a scan is
  no row of a table;
- check_fit2d_1sample and _1feature: as above;
- check_sample_weights_*: sample weights are not taken, class weights are;
- check_classifiers_train with its accuracy on blobs: as above;
- check_fit_idempotent to the last bit: threads add in any order; see
  ``test_refitting_forgets_the_first_fit``.
"""

from __future__ import annotations

import inspect
import pickle

import numpy as np
import pytest
from PIL import Image
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict
from sklearn.utils.estimator_checks import (
    check_get_params_invariance,
    check_no_attributes_set_in_init,
    check_parameters_default_constructible,
    check_set_params,
)

import lungseg

ESTIMATORS = [
    lungseg.LungMasker,
    lungseg.RoiMultiply,
    lungseg.CTClassifier,
    lungseg.InfectionSegmenter,
    lungseg.Pipeline,
]
TINY = {"network": "simple", "input_size": 32, "epochs": 1, "batch_size": 8}


def tiny_pipeline() -> lungseg.Pipeline:
    return lungseg.Pipeline("passthrough", classifier=lungseg.CTClassifier(**TINY))


@pytest.fixture(scope="module")
def files(pictures, tmp_path_factory):
    """The pictures as paths, as users have them."""
    X, y, groups = pictures
    folder = tmp_path_factory.mktemp("pictures")
    paths = []
    for number, picture in enumerate(X):
        paths.append(str(folder / f"{number}.png"))
        Image.fromarray(picture).save(paths[-1])
    return paths, y, groups


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(
    "check",
    [
        check_no_attributes_set_in_init,
        check_parameters_default_constructible,
        check_get_params_invariance,
        check_set_params,
    ],
)
def test_checks_of_scikit_learn(estimator, check) -> None:
    check(estimator.__name__, estimator())


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_constructor_stores_its_arguments_and_only_the_first_is_positional(estimator) -> None:
    parameters = list(inspect.signature(estimator.__init__).parameters.values())[2:]
    made = estimator()
    assert isinstance(made, BaseEstimator)
    if estimator is not lungseg.Pipeline:
        assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in parameters)
    for name, value in made.get_params(deep=False).items():
        assert getattr(made, name) is value


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_clone_is_unfitted_and_alike(estimator) -> None:
    made = estimator()
    copy = clone(made)
    assert copy is not made
    assert copy.get_params() == made.get_params()


def test_nested_parameters() -> None:
    pipeline = lungseg.Pipeline.from_recipe("default")
    pipeline.set_params(masker__threshold=0.3, classifier__gamma=1.0, roi__crop=False)
    assert pipeline.get_params()["masker__threshold"] == 0.3
    assert (pipeline.classifier.gamma, pipeline.roi.crop) == (1.0, False)
    with pytest.raises(ValueError, match="Invalid parameter"):
        pipeline.set_params(masker__no_such=1)


def test_fit_returns_self_and_leaves_parameters_alone(pictures) -> None:
    X, y, _ = pictures
    pipeline = tiny_pipeline()
    before = pipeline.get_params(deep=False)
    assert pipeline.fit(X, y) is pipeline
    assert pipeline.get_params(deep=False) == before
    assert not hasattr(pipeline.classifier, "model_")


def test_unfitted_raises() -> None:
    for estimator in (lungseg.LungMasker(), lungseg.CTClassifier(), lungseg.Pipeline()):
        with pytest.raises(NotFittedError):
            estimator.predict([np.zeros((64, 64))])


def test_classifiers_are_classifiers() -> None:
    assert is_classifier(lungseg.CTClassifier())
    assert is_classifier(lungseg.Pipeline())


def test_refitting_forgets_the_first_fit(pictures) -> None:
    X, y, _ = pictures
    pipeline = tiny_pipeline().fit(X, y)
    pipeline.fit(X, [f"new {label}" for label in y])
    assert all(label.startswith("new ") for label in pipeline.classes_)


def test_grid_search_with_groups_over_a_list_of_paths(files) -> None:
    paths, y, groups = files
    search = GridSearchCV(
        tiny_pipeline(), {"classifier__gamma": [0.0, 2.0]}, cv=GroupKFold(2), error_score="raise"
    )
    search.fit(paths, y, groups=groups)
    assert search.best_params_["classifier__gamma"] in (0.0, 2.0)
    assert set(search.predict(paths)) <= {"healthy", "ill"}


def test_cross_val_predict_with_groups(files) -> None:
    paths, y, groups = files
    probabilities = cross_val_predict(
        tiny_pipeline(), paths, y, groups=groups, cv=GroupKFold(2), method="predict_proba"
    )
    assert probabilities.shape == (12, 2)


def test_calibration(files) -> None:
    paths, y, _ = files
    calibrated = CalibratedClassifierCV(tiny_pipeline(), cv=2).fit(paths, y)
    assert calibrated.predict_proba(paths).shape == (12, 2)


def test_a_pretrained_masker_survives_cloning(files, quick_masker) -> None:
    paths, y, groups = files
    pipeline = lungseg.Pipeline(quick_masker, classifier=lungseg.CTClassifier(**TINY))
    assert cross_val_predict(pipeline, paths, y, groups=groups, cv=GroupKFold(2)).shape == (12,)


def test_unfitted_estimators_pickle() -> None:
    # joblib sends clones to its workers this way; nothing trained is stored so.
    for estimator in ESTIMATORS:
        assert pickle.loads(pickle.dumps(estimator())).get_params() == estimator().get_params()
