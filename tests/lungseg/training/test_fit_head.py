from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import lungseg
from lungseg.backend import keras
from lungseg.inference.score import score_pictures
from lungseg.networks import build
from lungseg.training.fit_head import fit_head, score_seen, see


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2
    grey = rng.normal(100, 30, (40, 32, 32)) + 40 * labels[:, None, None]
    return grey.clip(0, 255).astype(np.uint8), labels


def empty(classes: int = 2):
    keras.utils.set_random_seed(0)
    model = build("simple", (32, 32, 1), classes)
    model.layers[-1].set_weights([0 * part for part in model.layers[-1].get_weights()])
    return model


def logits(model, pictures):
    return np.asarray(model.predict(pictures[..., None].astype(np.float32), verbose=0))


def test_without_focus_it_is_the_ridge_regression_of_scikit_learn(data) -> None:
    pictures, labels = data
    model, ridge = empty(), 0.05
    fit_head(model, data, ridge=ridge, gamma=0.0, mirror=False)
    trunk = keras.Model(model.inputs, model.layers[-1].input)
    features = logits(trunk, pictures).astype(float)
    spread = np.maximum(features.std(axis=0), 1e-3)
    scaled = (features - features.mean(axis=0)) / spread
    # Two columns that share a difference between them halve its penalty.
    known = LogisticRegression(C=2 / (ridge * len(labels)), tol=1e-8, max_iter=2000)
    theirs = known.fit(scaled, labels).decision_function(scaled)
    ours = logits(model, pictures) @ [-1, 1]
    assert np.allclose(ours, theirs, atol=2e-2)


def test_three_classes_are_told_apart(data) -> None:
    pictures, _ = data
    shown = np.concatenate([pictures[:12] // 4, pictures[:12] // 2, pictures[:12]])
    labels = np.repeat([0, 1, 2], 12)
    assert fit_head(empty(3), (shown, labels), ridge=1e-3)["accuracy"] > 0.8


def test_a_strong_penalty_holds_the_last_layer_to_what_it_was(data) -> None:
    model = empty()
    fit_head(model, data, ridge=0.01)
    before = logits(model, data[0])
    fit_head(model, (data[0], 1 - data[1]), ridge=1e6)
    after = logits(model, data[0])
    # The constant is free, the slopes are not.
    assert np.allclose(np.ptp(after @ [-1, 1]), np.ptp(before @ [-1, 1]), rtol=1e-2)
    fit_head(model, (data[0], 1 - data[1]), ridge=0.01)
    assert ((logits(model, data[0]) @ [-1, 1] > 0) == (1 - data[1] > 0)).mean() > 0.9


def test_only_the_last_layer_moves(data) -> None:
    model = empty()
    before = [part for layer in model.layers[:-1] for part in layer.get_weights()]
    fit_head(model, data, ridge=0.01)
    after = [part for layer in model.layers[:-1] for part in layer.get_weights()]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_weights_and_alpha_pull_the_border(data) -> None:
    plain, heavy, drawn = empty(), empty(), empty()
    fit_head(plain, data, ridge=1.0)
    fit_head(heavy, data, ridge=1.0, alpha=[1.0, 9.0])
    fit_head(drawn, data, ridge=1.0, weights=np.where(data[1], 9.0, 1.0))
    first, second, third = (logits(model, data[0]) @ [-1, 1] for model in (plain, heavy, drawn))
    assert second.mean() > first.mean() + 0.2
    assert third.mean() > first.mean() + 0.2


def test_a_classifier_without_epochs_has_a_fitted_head_and_its_trunk(pictures) -> None:
    X, y, groups = pictures
    classifier = lungseg.CTClassifier("simple", input_size=32, ridge=1e-3, epochs=0, folds=2)
    classifier.fit(X, y, groups)
    assert classifier.score(X, y) >= 0.9
    assert len(classifier.history_) == 1
    with pytest.raises(ValueError, match="epochs of CTClassifier must be at least 1"):
        lungseg.CTClassifier("simple", input_size=32, epochs=0).fit(X, y)


def test_what_was_seen_is_scored_as_the_pictures_are(data) -> None:
    pictures, _ = data
    model = empty()
    fit_head(model, data, ridge=0.05)
    seen = see(model, pictures, mirror=True, batch_size=8)
    for views in (1, 2):
        expected = score_pictures(model, pictures, views=views)
        assert np.allclose(score_seen(model, seen[:views]), expected, atol=1e-5)
