"""A training that was cut off ends as it would have ended."""

from __future__ import annotations

import numpy as np
import pytest

from lungseg.errors import InputError
from lungseg.training import loop
from lungseg.training.segmenter import train_segmenter

SETTINGS = {
    "size": 32,
    "batch_size": 2,
    "learning_rate": 1e-3,
    "augment": True,
    "seed": 0,
    "verbose": 0,
}


def fresh_model():
    from lungseg.backend import keras
    from tests.tiny_unet import tiny_unet

    keras.utils.set_random_seed(0)
    return tiny_unet((32, 32, 1))


@pytest.fixture
def slices(chest):
    scan, mask = chest
    return list(scan.axial()[4:8]), list(mask.axial()[4:8] > 0)


def run(model, slices, folder, epochs=3, **others):
    settings = {**SETTINGS, **others}
    return train_segmenter(
        model, *slices, validation=slices, folder=folder, epochs=epochs, **settings
    )


def test_resumed_training_ends_as_an_uninterrupted_one(tmp_path, slices, monkeypatch) -> None:
    whole = fresh_model()
    history = run(whole, slices, tmp_path / "whole")

    class Killed(Exception):
        pass

    # Cut the second training off after two epochs, in the middle of the third.
    written = loop.Checkpoint.on_epoch_end

    def end_of_epoch(self, epoch, logs=None):
        written(self, epoch, logs)
        if epoch == 1:
            raise Killed

    monkeypatch.setattr(loop.Checkpoint, "on_epoch_end", end_of_epoch)
    with pytest.raises(Killed):
        run(fresh_model(), slices, tmp_path / "cut")
    monkeypatch.setattr(loop.Checkpoint, "on_epoch_end", written)
    resumed = fresh_model()
    assert run(resumed, slices, tmp_path / "cut") == history
    for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        assert (a == b).all()


def test_a_resumed_average_ends_as_an_uninterrupted_one(tmp_path, monkeypatch) -> None:
    from lungseg.training.classifier_fit import train_classifier
    from lungseg.training.focal import focal_loss
    from lungseg.training.schedule import Schedule

    rng = np.random.default_rng(0)
    data = rng.integers(0, 255, (8, 32, 32), np.uint8), np.arange(8) % 2

    def run_classifier(folder):
        from lungseg.backend import keras
        from lungseg.networks import build

        keras.utils.set_random_seed(0)
        model = build("simple", (32, 32, 1), 2, dropout=0.3)
        schedule = Schedule(epochs=3, batch_size=4, frozen_epochs=1, average=0.9)
        history = train_classifier(
            model, data, data, loss=focal_loss(2.0), schedule=schedule, folder=folder
        )
        return history, model.get_weights()

    class Killed(Exception):
        pass

    expected = run_classifier(tmp_path / "whole")
    written = loop.Checkpoint.on_epoch_end
    calls = []

    def end_of_epoch(self, epoch, logs=None):
        written(self, epoch, logs)
        calls.append(epoch)
        if len(calls) == 2:  # the head's one epoch, and one of the whole
            raise Killed

    monkeypatch.setattr(loop.Checkpoint, "on_epoch_end", end_of_epoch)
    with pytest.raises(Killed):
        run_classifier(tmp_path / "cut")
    monkeypatch.setattr(loop.Checkpoint, "on_epoch_end", written)
    history, weights = run_classifier(tmp_path / "cut")
    assert history == expected[0]
    for a, b in zip(weights, expected[1], strict=True):
        assert (a == b).all()


def test_the_average_is_what_is_measured_and_kept(tmp_path) -> None:
    from lungseg.training.average import WeightAverage

    model = fresh_model()
    average = WeightAverage(0.5)
    average.set_model(model)
    average.attach(model)
    own = [value + 1 for value in model.get_weights()]
    model.set_weights(own)
    average.on_train_batch_end(0)  # the first step forgets most of the start
    momentum = np.float32(2 / 11)
    for mean, value in zip(average.values, own, strict=True):
        assert np.allclose(mean, value - momentum, atol=1e-5)
    average.on_test_begin()
    assert np.allclose(model.get_weights()[0], average.values[0])
    average.on_test_end()
    assert np.allclose(model.get_weights()[0], own[0])


def test_the_best_epoch_is_kept(tmp_path, slices) -> None:
    model = fresh_model()
    # Without augmentation the validation slices are not spoilt either.
    history = run(model, slices, tmp_path, augment=False, crop=False)
    best = max(figures["val_mean_dice"] for figures in history)
    again = model.evaluate(*_as_batch(slices), verbose=0, return_dict=True)
    assert again["mean_dice"] == pytest.approx(best, abs=1e-5)


def _as_batch(slices):
    from lungseg.training.slice_data import SliceData

    data = SliceData(*slices, size=32, batch_size=4)
    return data[0]


def test_a_checkpoint_of_another_network_is_refused(tmp_path, slices) -> None:
    run(fresh_model(), slices, tmp_path, epochs=1)
    from lungseg.networks import build

    with pytest.raises(ValueError, match="another network"):
        run(build("bcdunet-d1", (32, 32, 1), filters=2), slices, tmp_path, epochs=2)


def test_learning_rate_rises_and_falls() -> None:
    schedule = loop.cosine_decay(1e-3, 100)
    rates = [float(schedule(step)) for step in range(101)]
    assert max(rates) == pytest.approx(1e-3)
    assert rates.index(max(rates)) == 5
    assert np.all(np.diff(rates[5:]) <= 0)


def test_losses_of_known_masks() -> None:
    from lungseg.backend import keras
    from lungseg.training.losses import DiceCrossEntropy
    from lungseg.training.metrics import mean_dice

    truth = np.zeros((2, 8, 8, 1), np.float32)
    truth[0, :4] = 1
    found = np.zeros_like(truth)
    found[0, 2:6] = 1
    assert np.allclose(keras.ops.convert_to_numpy(mean_dice(truth, found)), [0.5, 1.0])
    loss = DiceCrossEntropy(dice_weight=1.0, smooth=0.0)
    assert float(loss(truth[:1], keras.ops.convert_to_tensor(found[:1]))) == pytest.approx(0.5)


def test_training_that_diverges_says_so_and_keeps_the_epoch_before(tmp_path, slices) -> None:
    model = fresh_model()
    run(model, slices, tmp_path, epochs=1)
    kept = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(InputError, match=r"diverged.*after epoch 2; lower learning_rate"):
        run(model, slices, tmp_path, epochs=2, learning_rate=float("nan"))
    assert kept
    assert kept == {path: path.read_bytes() for path in tmp_path.iterdir()}
