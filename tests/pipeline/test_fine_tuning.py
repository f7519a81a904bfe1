from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lungseg.pipeline.gate import Verdict

import lungseg


@pytest.fixture(scope="module")
def hospital() -> tuple[list[np.ndarray], list[str], list[int]]:
    """Thirty patients whose label is how bright the picture is."""
    rng = np.random.default_rng(0)
    labels = ["ill" if number % 2 else "well" for number in range(30)]
    pictures = [
        rng.integers(0, 90, (64, 72), np.uint8) + np.uint8(120 * (label == "ill"))
        for label in labels
    ]
    return pictures, labels, list(range(30))


@pytest.fixture(scope="module")
def base(hospital) -> lungseg.Pipeline:
    X, y, _ = hospital
    classifier = lungseg.CTClassifier("simple", input_size=32, epochs=1, batch_size=8)
    return lungseg.Pipeline("passthrough", classifier=classifier).fit(X, y)


def test_the_gate_speaks_of_patients_that_neither_saw(base, hospital) -> None:
    X, y, groups = hospital
    table = pd.DataFrame({"label": y, "patient": groups}, index=range(7, 37))
    tuned = base.fine_tune(X, table.label, table.patient, epochs=1, gate=0.4)
    assert 10 <= tuned.verdict_.difference.n <= 14
    assert "no patients" in base.fine_tune(X, y, groups, epochs=1, gate=0).verdict_.reason
    assert "groups" in base.fine_tune(X[:4], y[:4], epochs=1).verdict_.reason


def test_a_cut_off_fine_tuning_goes_on_and_ends_alike(
    base, hospital, tmp_path, monkeypatch
) -> None:
    from lungseg.training import loop

    X, y, groups = hospital

    class Killed(Exception):
        pass

    def tune(name: str) -> np.ndarray:
        tuned = base.fine_tune(X, y, groups, epochs=2, gate=0, checkpoint=tmp_path / name)
        return tuned.predict_proba(X)

    written, calls = loop.Checkpoint.on_epoch_end, []

    def end_of_epoch(self, epoch, logs=None):
        written(self, epoch, logs)
        calls.append(epoch)
        if len(calls) == 3:  # two epochs of the head, and one of the whole
            raise Killed

    whole = tune("whole")
    monkeypatch.setattr(loop.Checkpoint, "on_epoch_end", end_of_epoch)
    with pytest.raises(Killed):
        tune("cut")
    monkeypatch.setattr(loop.Checkpoint, "on_epoch_end", written)
    assert np.array_equal(tune("cut"), whole)


def test_twenty_scans_are_enough(base, hospital) -> None:
    X, y, groups = hospital
    tuned = base.fine_tune(X[:20], y[:20], groups[:20], epochs=1)
    assert tuned.verdict_.reason
    assert tuned.predict_proba(X[20:]).shape == (10, 2)


@pytest.mark.parametrize("kept", ["base", "tuned"])
def test_what_the_gate_keeps_is_what_predicts(base, hospital, monkeypatch, kept) -> None:
    X, y, groups = hospital
    monkeypatch.setattr("lungseg.pipeline.fine_tuning.judge", lambda *_: Verdict(kept, "so be it"))
    tuned = base.fine_tune(X, y, groups, epochs=1, learning_rate=1e-2)
    same = np.array_equal(tuned.predict_proba(X[:2]), base.predict_proba(X[:2]))
    assert same == (kept == "base")


def test_the_last_layer_alone_is_tuned_in_one_step(base, hospital) -> None:
    X, y, groups = hospital
    tuned = base.fine_tune(X, y, groups, epochs=0, ridge=0.01, gate=0)
    ours, theirs = tuned.classifier_.model_.layers, base.classifier_.model_.layers
    for mine, its in zip(ours[:-1], theirs[:-1], strict=True):
        assert all(map(np.array_equal, mine.get_weights(), its.get_weights()))
    assert (tuned.predict(X) == np.array(y)).mean() > 0.9
    assert tuned.classifier_.out_of_fold_.shape == (30, 2)
    # As does what was fitted without epochs, unasked.
    again = tuned.fine_tune(X, y, groups, gate=0)
    assert len(again.classifier_.history_) == 1
    # Two patients of each class allow two folds.
    few = base.fine_tune(X[:4], y[:4], groups[:4], epochs=0, ridge=0.01, gate=0)
    assert few.classifier_.folds == 2
    assert few.classifier_.conformal_ is not None


def test_a_last_layer_is_compared_on_every_patient(base, hospital, monkeypatch) -> None:
    X, y, groups = hospital
    judged = []

    def note(truth, before, after, owners):
        judged.append((before, after, owners))
        return Verdict("tuned", "so be it")

    monkeypatch.setattr("lungseg.pipeline.fine_tuning.judge", note)
    tuned = base.fine_tune(X, y, groups, epochs=0, ridge=10.0)
    ((before, after, owners),) = judged
    assert owners == groups
    assert np.allclose(before, base.predict_proba(X), atol=1e-5)
    # By last layers that did not see the patient, and not by the one that is kept.
    assert not np.allclose(after, tuned.predict_proba(X), atol=1e-4)
    # The one that is kept has learned from all of them.
    whole = base.fine_tune(X, y, groups, epochs=0, ridge=10.0, gate=0)
    assert np.array_equal(whole.predict_proba(X), tuned.predict_proba(X))
