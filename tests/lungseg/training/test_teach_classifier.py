"""What a classifier's parameters make of a training."""

import numpy as np
import pytest

import lungseg
from lungseg.networks import build
from lungseg.training.bags import Bags
from lungseg.training.teach_classifier import teach_classifier

NUMBERS = np.array([0, 1, 1, 0, 1, 1])


def losses_of(auxiliary: Bags | None = None, **change: object) -> list[float]:
    rng = np.random.default_rng(0)
    bags = [rng.integers(0, 256, (1 + i % 2, 32, 32, 1), dtype=np.uint8) for i in range(6)]
    settings = {"input_size": 32, "epochs": 2, "augment": False, **change}
    classifier = lungseg.CTClassifier("simple", **settings)
    classifier.classes_ = np.array(["healthy", "ill"])
    model = build("simple", (32, 32, 1), 2, dropout=0.0)
    # The same start each time.
    model.set_weights([rng.normal(0, 0.1, part.shape) for part in model.get_weights()])
    history = teach_classifier(classifier, model, Bags(bags, NUMBERS), auxiliary=auxiliary)
    return [epoch["loss"] for epoch in history]


def test_cross_entropy_is_the_focal_loss_without_discount() -> None:
    plain = losses_of(loss="cross-entropy", gamma=5.0)
    assert plain == pytest.approx(losses_of(loss="focal", gamma=0.0), rel=1e-4)
    assert plain != pytest.approx(losses_of(loss="focal", gamma=5.0), rel=0.1)


def test_a_class_that_counts_twice_makes_twice_the_loss() -> None:
    single = losses_of(learning_rate=0.0)
    double = losses_of(learning_rate=0.0, alpha=(2, 2))
    assert double == pytest.approx([2 * value for value in single], rel=1e-4)


def test_weights_of_classes_must_be_as_many_as_classes() -> None:
    with pytest.raises(ValueError, match="alpha needs 2 weights"):
        losses_of(alpha=(1, 2, 3))


@pytest.mark.parametrize("sampling", [None, "balanced"])
def test_auxiliary_scans_have_their_share_of_the_say_however_many_they_are(sampling) -> None:
    def bright(count: int) -> Bags:
        numbers = np.arange(count) % 2
        pictures = [np.full((1, 32, 32, 1), 255 * number, np.uint8) for number in numbers]
        return Bags(pictures, numbers)

    # Solved for, so that the loss is that of the weighted sum, and not of what was drawn.
    settings = {"ridge": 1.0, "epochs": 0, "sampling": sampling}
    few = losses_of(bright(2), auxiliary_share=0.3, **settings)
    assert few == pytest.approx(losses_of(bright(40), auxiliary_share=0.3, **settings), rel=1e-4)
    assert few != pytest.approx(losses_of(bright(2), auxiliary_share=0.6, **settings), rel=1e-2)
    alone = losses_of(**settings)
    assert losses_of(bright(2), auxiliary_share=0.0, **settings) == pytest.approx(alone, rel=1e-2)
