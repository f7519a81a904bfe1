from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import lungseg
from lungseg.backend import compute_type, keras
from lungseg.evaluation.splits import grouped_folds
from lungseg.pooling import RULES, pool_slices
from tests.eagerly import eagerly

TINY = {"network": "simple", "input_size": 32, "epochs": 2, "batch_size": 4}


@pytest.fixture(scope="module")
def fitted(pictures):
    X, y, _ = pictures
    settings = {**TINY, "epochs": 40, "learning_rate": 1e-2, "threshold": "youden"}
    classifier = lungseg.CTClassifier(**settings, augment=False, dropout=0.0)
    return classifier.fit(X, y, validation=(X, y)), X, y


def test_it_learns_what_is_easy(fitted) -> None:
    classifier, X, y = fitted
    assert classifier.score(X, y) >= 0.9


def test_probabilities_are_in_the_order_of_the_classes(fitted) -> None:
    classifier, X, _ = fitted
    probabilities = classifier.predict_proba(X)
    assert classifier.classes_.tolist() == ["healthy", "ill"]
    assert np.allclose(probabilities.sum(axis=1), 1)
    ill = probabilities[:, 1] >= classifier.threshold_
    assert (classifier.predict(X) == np.where(ill, "ill", "healthy")).all()


def test_the_result_of_a_scan_does_not_depend_on_its_neighbours(fitted) -> None:
    classifier, X, _ = fitted
    together = classifier.predict_proba(X)
    alone = np.concatenate([classifier.predict_proba([x]) for x in X])
    assert (together == alone).all()


@pytest.mark.parametrize("precision", ["single", "half"])
def test_saved_and_loaded(fitted, tmp_path, precision) -> None:
    classifier, X, _ = fitted
    folder = classifier.save(tmp_path / "c", precision=precision)
    loaded = lungseg.CTClassifier.from_pretrained(folder)
    difference = np.abs(loaded.predict_proba(X) - classifier.predict_proba(X)).max()
    assert difference == 0 if precision == "single" else difference < 0.05
    assert loaded.threshold_ == classifier.threshold_
    assert (clone(loaded).predict_proba(X) == loaded.predict_proba(X)).all()


@pytest.mark.parametrize("change", [{}, {"epochs": 0, "ridge": 0.1}])
def test_folds_score_each_scan_by_a_network_that_did_not_see_its_patient(
    change, pictures, tmp_path
) -> None:
    X, y, groups = pictures
    tiny = {**TINY, **change}
    classifier = lungseg.CTClassifier(**tiny, folds=2, threshold="youden", checkpoint=tmp_path)
    # As rows that are left of a table.
    classifier.fit(X, pd.Series(y, range(7, 19)), pd.Series(groups, range(7, 19)))
    fold_of = grouped_folds(y, groups, 2)
    for fold in (0, 1):
        kept, left = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        alone = lungseg.CTClassifier(**tiny).fit([X[i] for i in kept], [y[i] for i in kept])
        theirs = alone.predict_proba([X[i] for i in left])
        assert np.allclose(classifier.out_of_fold_[left], theirs, atol=1e-5)
    every = lungseg.CTClassifier(**tiny).fit(X, y)
    assert np.allclose(classifier.predict_proba(X), every.predict_proba(X), atol=1e-5)
    assert len(classifier.predict_set(X)) == len(X)
    trained = [] if change else ["all", "fold0", "fold1"]
    assert sorted(part.name for part in tmp_path.iterdir()) == trained


def test_folds_without_groups_split_nothing(pictures) -> None:
    X, y, _ = pictures
    classifier = lungseg.CTClassifier(**TINY, folds=2).fit(X, y)
    assert classifier.conformal_ is None
    assert not hasattr(classifier, "out_of_fold_")


def test_three_classes_and_class_weights(pictures) -> None:
    X, _, _ = pictures
    y = [number % 3 for number in range(len(X))]
    classifier = lungseg.CTClassifier(**TINY, class_weight="balanced", alpha=[1, 2, 3]).fit(X, y)
    assert classifier.predict_proba(X).shape == (12, 3)
    assert set(classifier.predict(X)) <= {0, 1, 2}


def test_volumes_are_pooled_to_one_probability(fitted, chest) -> None:
    classifier, _, _ = fitted
    probabilities, numbers = next(classifier.iterate_slices([chest[0]]))
    assert len(numbers) == len(probabilities) <= classifier.max_slices
    pooled = classifier.predict_proba([chest[0]])[0]
    assert np.allclose(pooled, probabilities.mean(axis=0))


@pytest.mark.parametrize("rule", RULES)
def test_pooling_rules_give_probabilities(rule) -> None:
    slices = np.random.default_rng(0).dirichlet(np.ones(3), 7)
    assert pool_slices(slices, rule).sum() == pytest.approx(1)
    assert np.allclose(pool_slices(slices[:1], rule), slices[0])


def test_groups_split_before_augmentation(pictures) -> None:
    X, y, groups = pictures
    classifier = lungseg.CTClassifier(**TINY, validation_fraction=0.4).fit(X, y, groups)
    assert "val_loss" in classifier.history_[0]
    without = lungseg.CTClassifier(**TINY).fit(X, y)
    assert "val_loss" not in without.history_[0]


@pytest.mark.parametrize(
    ("change", "labels", "message"),
    [
        ({}, ["ill"] * 12, "two classes"),
        ({}, ["ill"] * 11, "same length"),
        ({}, ["ill", None] * 6, "no label at places 1, 3, 5"),
        ({}, [["ill"]] * 12, "one label"),
        ({"epochs": 0}, None, "epochs of CTClassifier"),
        ({"pool": "median"}, None, "pool of CTClassifier"),
        ({"loss": "mse"}, None, "loss of CTClassifier"),
        ({"threshold": "best"}, None, "threshold of CTClassifier: aim"),
        ({"alpha": [1.0]}, None, "alpha needs 2"),
        ({"network": "alexnet"}, None, "no network"),
        ({"network": "bcdunet-d1"}, None, "marks pixels"),
        ({"network": "cbr-tiny"}, None, "input_size of CTClassifier must be at least 91"),
        ({"weights": "imagenet"}, None, "no ImageNet weights of simple"),
        ({"weights": ["ct", "ct"]}, None, "one for each trunk: the network has 1"),
        ({"ridge": 0.1, "shares": (2, 1)}, None, "for each of the 1 trunks"),
        ({"network_options": {"hidden": 8}}, None, "no option 'hidden'"),
        ({"network_options": {"dropout": 0.1}}, None, "a parameter itself"),
    ],
)
def test_one_clear_error_before_any_training(pictures, change, labels, message) -> None:
    X, y, _ = pictures
    with pytest.raises(ValueError, match=message):
        lungseg.CTClassifier(**{**TINY, **change}).fit(X, labels or y)


def test_validation_data_of_unknown_classes_are_refused(pictures) -> None:
    X, y, _ = pictures
    with pytest.raises(ValueError, match="classes that y does not"):
        lungseg.CTClassifier(**TINY).fit(X, y, validation=(X[:1], ["other"]))


def test_unfitted_says_so(pictures) -> None:
    with pytest.raises(NotFittedError):
        lungseg.CTClassifier().predict(pictures[0])


def test_it_starts_from_the_shipped_trunk(pictures) -> None:
    X, _, _ = pictures
    settings = {**TINY, "network": "efficientnetb0", "epochs": 1}
    classifier = lungseg.CTClassifier(**settings, weights="ct")
    classifier.classes_ = np.array(["healthy", "ill"])
    plain, started = classifier._build(None), classifier._build("ct")
    name = "block3a_expand_conv"
    assert not np.array_equal(*(m.get_layer(name).get_weights()[0] for m in (plain, started)))
    with pytest.raises(ValueError, match="hold no classifier; give others"):
        lungseg.CTClassifier(weights="ct").predict(X)


def test_validation_data_calibrate_and_promise(pictures, tmp_path) -> None:
    X, y, _ = pictures
    classifier = lungseg.CTClassifier("simple", input_size=32, epochs=3, augment=False)
    classifier.fit(X, y, validation=(X, y))
    assert classifier.conformal_ is not None
    sets = classifier.predict_set(X, coverage=0.5)
    assert all(set(found) <= {"healthy", "ill"} for found in sets)
    certain = classifier.predict(X, coverage=0.5)
    assert [label for label in certain if label is not None] == [s[0] for s in sets if len(s) == 1]
    again = lungseg.CTClassifier.from_pretrained(classifier.save(tmp_path / "c"))
    assert again.temperature_ == classifier.temperature_
    assert again.conformal_ == classifier.conformal_
    assert np.array_equal(again.predict_proba(X), classifier.predict_proba(X))


def test_calibration_leaves_the_order_and_the_network(pictures) -> None:
    X, y, _ = pictures
    classifier = lungseg.CTClassifier("simple", input_size=32, epochs=2, augment=False).fit(X, y)
    with pytest.raises(ValueError, match="calibrate"):
        classifier.predict_set(X)
    before = classifier.predict_proba(X)
    classifier.calibrate(X * 2, list(y) * 2)
    after = classifier.predict_proba(X)
    assert classifier.temperature_ != 1
    assert np.array_equal(before[:, 1].argsort(), after[:, 1].argsort())
    with pytest.raises(ValueError, match="were not trained"):
        classifier.calibrate(X[:1], ["unheard of"])


def test_the_head_learns_alone_at_first(pictures, tmp_path) -> None:
    X, y, _ = pictures
    start = lungseg.CTClassifier(**TINY).fit(X, y)
    folder = start.save(tmp_path / "start")
    tuned = lungseg.CTClassifier(
        **{**TINY, "epochs": 1}, frozen_epochs=2, unfreeze=0.0, weights=folder
    ).fit(X, y)
    assert len(tuned.history_) == 3
    before, after = (c.model_.get_layer("conv3").get_weights() for c in (start, tuned))
    assert all((a == b).all() for a, b in zip(before, after, strict=True))
    heads = [c.model_.get_layer("logits").get_weights()[0] for c in (start, tuned)]
    assert not np.allclose(*heads)
    assert all(layer.trainable for layer in tuned.model_.layers)


def test_small_data_keep_the_statistics_they_start_from(pictures, tmp_path) -> None:
    X, y, _ = pictures
    settings = {"network": "cnn-s3", "input_size": 32, "epochs": 1, "batch_size": 4}
    with eagerly():
        start = lungseg.CTClassifier(**settings).fit(X[:4], y[:4])
    folder = start.save(tmp_path / "start")

    def norms(classifier: lungseg.CTClassifier) -> list[np.ndarray]:
        kinds = [keras.layers.BatchNormalization]
        layers = [layer for layer in classifier.model_.layers if type(layer) in kinds]
        return [part for layer in layers for part in layer.get_weights()]

    def moved(**options) -> bool:
        with eagerly():
            tuned = lungseg.CTClassifier(**settings, weights=folder, **options).fit(X, y)
        pairs = zip(norms(start), norms(tuned), strict=True)
        return any(not np.array_equal(a, b) for a, b in pairs)

    assert not moved()
    assert moved(freeze_norm=False)


def test_training_stops_when_it_gets_no_better(pictures) -> None:
    X, y, _ = pictures
    settings = {**TINY, "epochs": 50, "learning_rate": 1e-8, "dropout": 0.0, "augment": False}
    classifier = lungseg.CTClassifier(**settings, patience=2, seed=1)
    classifier.fit(X, y, validation=(X, [y[-1]] * len(y)))
    assert len(classifier.history_) < 50


def test_views_are_averaged(fitted) -> None:
    classifier, X, _ = fitted
    alone = classifier.predict_proba(X[:1])
    mirrored = [np.ascontiguousarray(X[0][..., ::-1])]
    both = clone(classifier).set_params(views=2)
    for name in ("model_", "classes_", "threshold_", "temperature_", "conformal_"):
        setattr(both, name, getattr(classifier, name))
    assert np.allclose(both.predict_proba(X[:1]), both.predict_proba(mirrored), atol=1e-6)
    assert not np.allclose(both.predict_proba(X[:1]), alone)
    both.set_params(views=4)
    assert np.allclose(both.predict_proba(X[:1]).sum(), 1)
    with pytest.raises(ValueError, match="views"):
        clone(both).set_params(views=3).fit(X, ["a", "b"] * (len(X) // 2))


def test_logs_for_tensorboard(pictures, tmp_path) -> None:
    X, y, _ = pictures
    lungseg.CTClassifier(**TINY, tensorboard=tmp_path / "logs").fit(X, y)
    assert list((tmp_path / "logs").rglob("events.*"))


def test_an_aim_with_a_number_is_stored(pictures, tmp_path) -> None:
    X, y, _ = pictures
    classifier = lungseg.CTClassifier(**TINY, threshold=("sensitivity", 0.9))
    classifier.fit(X, y, validation=(X, y))
    loaded = lungseg.CTClassifier.from_pretrained(classifier.save(tmp_path / "c"))
    assert loaded.threshold == ("sensitivity", 0.9)
    assert loaded.threshold_ == classifier.threshold_
    with pytest.raises(ValueError, match="aim"):
        lungseg.CTClassifier(**TINY, threshold=("sensitivity", 2)).fit(X, y)


def test_mixup_learns_too(pictures) -> None:
    X, y, groups = pictures
    settings = {**TINY, "epochs": 40, "learning_rate": 1e-2, "dropout": 0.0}
    classifier = lungseg.CTClassifier(**settings, mixup=0.2, validation_fraction=0.3)
    assert classifier.fit(X, y, groups).score(X, y) >= 0.9


def test_options_of_a_network_are_saved_and_started_from(pictures, tmp_path) -> None:
    X, _, _ = pictures
    options = {"hidden": 8, "zero_head": True}
    classifier = lungseg.CTClassifier("resnet18", network_options=options, input_size=32)
    classifier.classes_, classifier.conformal_ = np.array(["healthy", "ill"]), None
    classifier.threshold_, classifier.temperature_ = 0.5, 1.0
    classifier.model_ = classifier._build(None)
    assert (classifier.predict_proba(X[:2]) == 0.5).all()
    folder = classifier.save(tmp_path / "c")
    loaded = lungseg.CTClassifier.from_pretrained(folder)
    assert loaded.network_options == options
    # Of another seed, and with a head that does not start at zero.
    other = clone(classifier).set_params(network_options={"hidden": 8}, seed=1)
    other.classes_ = classifier.classes_
    pairs = zip(other._build(folder).get_weights(), loaded.model_.get_weights(), strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs)


def test_a_network_without_global_pooling_trained_in_bfloat16(pictures, tmp_path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    X, y, _ = pictures
    with compute_type("mixed_bfloat16"):
        classifier = lungseg.CTClassifier("cnn-s3", input_size=48, epochs=4, learning_rate=1e-2)
        classifier.fit(X, y)
        heat = classifier.explain(X[1:2], "ill")[0]
    assert heat.shape == (1, *X[1].shape)
    assert np.isfinite(heat.voxels).all()
    loaded = lungseg.CTClassifier.from_pretrained(classifier.save(tmp_path / "c"))
    assert np.allclose(loaded.predict_proba(X), classifier.predict_proba(X), atol=0.05)
    providers = ["CPUExecutionProvider"]
    session = runtime.InferenceSession(classifier.to_onnx(), providers=providers)
    grey = np.stack([loaded._take(lungseg.read(x), None)[0][0] for x in X])[..., None]
    logits = session.run(None, {session.get_inputs()[0].name: grey.astype(np.float32)})[0]
    assert np.allclose(softmax(logits, axis=1), loaded.predict_proba(X), atol=1e-4)


def test_without_imagenet_it_starts_from_random_weights_and_says_so(pictures, monkeypatch) -> None:
    X, y, _ = pictures

    make = keras.applications.MobileNetV2

    def offline(*args, weights=None, **kwargs):
        if weights == "imagenet":
            raise Exception("URL fetch failure on https://…: None -- no route")
        return make(*args, weights=weights, **kwargs)

    monkeypatch.setattr(keras.applications, "MobileNetV2", offline)
    classifier = lungseg.CTClassifier(
        "mobilenetv2", input_size=32, weights="imagenet", epochs=1, frozen_epochs=1
    )
    with pytest.raises(lungseg.InputError, match="could not be downloaded"):
        classifier.fit(X, y)
    message = "starts from random weights, and the whole of it learns"
    with pytest.warns(UserWarning, match=message), eagerly():
        classifier.set_params(offline="random").fit(X, y)
    assert len(classifier.history_) == 2


@pytest.mark.slow  # what ships has two trunks, and is fitted, saved and loaded elsewhere
def test_a_classifier_of_two_trunks_is_fitted_saved_and_loaded(pictures, tmp_path) -> None:
    X, y = pictures[0][:6], pictures[1][:6]
    settings = {
        "network_options": {"head": "lungs", "trunks": 2},
        "weights": ["ct", "infection"],
        "input_size": 32,
    }
    with pytest.raises(NotFittedError):
        lungseg.CTClassifier(**settings).predict(X)
    with eagerly():
        classifier = lungseg.CTClassifier(
            **settings,
            ridge=0.1,
            shares=(2, 1),
            auxiliary_share=(0.1, 0.0),
            epochs=0,
            sampling="balanced",
        ).fit(X, y, auxiliary=(X[:2], y[:2]))
        loaded = lungseg.CTClassifier.from_pretrained(classifier.save(tmp_path / "two"))
        found = classifier.predict_proba(X)
        assert np.array_equal(loaded.predict_proba(X), found)
    # Trained on, from its own weights, both trunks are there.
    start = lungseg.CTClassifier(**{**settings, "weights": tmp_path / "two"})
    start.classes_ = classifier.classes_
    pairs = zip(start._build(start.weights).get_weights(), loaded.model_.get_weights(), strict=True)
    assert all(np.array_equal(*pair) for pair in pairs)


def test_auxiliary_scans_teach_and_are_not_measured_on(pictures) -> None:
    X, y, groups = pictures
    settings = {**TINY, "epochs": 0, "ridge": 0.1, "folds": 3, "auxiliary_share": 0.8}
    alone = lungseg.CTClassifier(**settings).fit(X, y, groups)
    taught = lungseg.CTClassifier(**settings).fit(
        # The other way round: what they teach is wrong here.
        X,
        y,
        groups,
        auxiliary=(X, ["ill" if label == "healthy" else "healthy" for label in y]),
    )
    assert len(taught.out_of_fold_) == len(X)
    ill = np.array([label == "ill" for label in y])
    right, wrong = (
        (found.out_of_fold_[:, 1][ill].mean() - found.out_of_fold_[:, 1][~ill].mean())
        for found in (alone, taught)
    )
    assert right > 0 > wrong
    with pytest.raises(ValueError, match="auxiliary data hold classes that y does not"):
        lungseg.CTClassifier(**settings).fit(X, y, groups, auxiliary=(X[:1], ["odd"]))


@pytest.mark.parametrize(
    ("share", "message"), [(1.0, "from 0 to 0.9"), ((0.1, 0.0), "one for each of the 1 trunks")]
)
def test_the_share_of_auxiliary_scans_is_checked_where_there_are_some(
    share, message, pictures
) -> None:
    X, y, groups = pictures
    settings = {**TINY, "epochs": 0, "ridge": 0.1, "auxiliary_share": share}
    with pytest.raises(ValueError, match=message):
        lungseg.CTClassifier(**settings).fit(X, y, groups, auxiliary=(X, y))
    assert lungseg.CTClassifier(**settings).fit(X, y).auxiliary_share == share
