from __future__ import annotations

import numpy as np
import pytest

import lungseg
from lungseg.networks import build
from lungseg.training import smote
from lungseg.training.focal import focal_loss
from lungseg.training.smote import fit_last_layer, oversample, require_smote

TINY = {"network": "simple", "input_size": 32, "epochs": 1, "batch_size": 8, "seed": 1}


@pytest.fixture
def imblearn():
    return pytest.importorskip("imblearn")


def test_new_samples_lie_between_those_of_their_class(imblearn) -> None:
    rng = np.random.default_rng(0)
    many, few = rng.normal(0, 1, (20, 3)), rng.normal(9, 1, (4, 3))
    features = np.concatenate([many, few]).astype(np.float32)
    labels = np.array([0] * 20 + [1] * 4)
    more, theirs = oversample(features, labels)
    assert np.bincount(theirs).tolist() == [20, 20]
    assert np.array_equal(more[:24], features)
    made = more[24:]
    assert (made >= few.min(axis=0) - 1e-5).all()
    assert (made <= few.max(axis=0) + 1e-5).all()


def test_only_the_last_layer_changes(imblearn) -> None:
    model = build("simple", (32, 32, 1), 2)
    before = [layer.get_weights() for layer in model.layers]
    pictures = np.random.default_rng(0).integers(0, 255, (12, 32, 32), np.uint8)
    labels = np.array([0] * 9 + [1] * 3)
    history = fit_last_layer(model, (pictures, labels), loss=focal_loss(0.0), epochs=3)
    assert history[-1]["loss"] < history[0]["loss"]
    for layer, weights in zip(model.layers[:-1], before[:-1], strict=True):
        for now, then in zip(layer.get_weights(), weights, strict=True):
            assert np.array_equal(now, then)
    assert not np.array_equal(model.layers[-1].get_weights()[0], before[-1][0])


def test_a_single_sample_of_a_class_is_too_few(imblearn) -> None:
    with pytest.raises(ValueError, match="two pictures of each class"):
        oversample(np.zeros((3, 2), np.float32), np.array([0, 0, 1]))


def test_without_the_extra_it_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr(smote, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"lungseg\[imbalance\]"):
        require_smote()
    with pytest.raises(ImportError, match=r"lungseg\[imbalance\]"):
        lungseg.CTClassifier(**TINY, sampling="smote").fit([np.zeros((64, 64))] * 2, [0, 1])


def rare(count: int = 4):
    """Many healthy pictures and a few ill ones."""
    rng = np.random.default_rng(0)
    X = [rng.integers(0, 90, (64, 72), np.uint8) for _ in range(16)]
    for picture in X[-count:]:
        picture[16:48, 16:56] += 150
    return X, ["healthy"] * (16 - count) + ["ill"] * count


def test_oversampling_sees_the_training_fold_alone(imblearn, monkeypatch) -> None:
    X, y = rare()
    shown = []
    monkeypatch.setattr(smote, "fit_last_layer", lambda model, data, **_: shown.append(data) or [])
    classifier = lungseg.CTClassifier(**TINY, sampling="smote", validation_fraction=0.4)
    classifier.fit(X, y, groups=range(16))
    ((pictures, labels),) = shown
    assert len(pictures) == len(labels) < 16
    theirs = {classifier._take(lungseg.read(picture), None)[0].tobytes() for picture in X}
    assert {picture[None].tobytes() for picture in pictures} < theirs


LONGER = {
    **TINY, "epochs": 6, "learning_rate": 3e-3, "augment": False, "dropout": 0.0,
    "loss": "cross-entropy",
}  # fmt: skip


@pytest.fixture(scope="module")
def plain() -> float:
    """How sure a classifier is of the rare class without any of this."""
    X, y = rare(3)
    classifier = lungseg.CTClassifier(**LONGER).fit(X, y)
    return float(classifier.predict_proba(X)[np.array(y) == "ill", 1].mean())


@pytest.mark.parametrize("sampling", ["balanced", "smote"])
def test_a_rare_class_gets_its_due(sampling, plain, imblearn) -> None:
    X, y = rare(3)
    classifier = lungseg.CTClassifier(**LONGER, sampling=sampling).fit(X, y)
    assert classifier.predict_proba(X)[np.array(y) == "ill", 1].mean() > plain


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sampling": "both"}, "sampling of CTClassifier must be one of"),
        ({"sampling": "balanced", "class_weight": "balanced"}, "give one of them"),
    ],
)
def test_wrong_sampling_is_refused(change, message) -> None:
    with pytest.raises(ValueError, match=message):
        lungseg.CTClassifier(**TINY, **change).fit(*rare())
