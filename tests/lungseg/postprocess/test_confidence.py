from __future__ import annotations

import numpy as np

from lungseg.postprocess.confidence import EVIDENCE, Confidence


def test_a_fitted_confidence_follows_dice() -> None:
    rng = np.random.default_rng(0)
    quality = rng.uniform(0, 1, 300)
    evidence = rng.normal(0, 1, (300, len(EVIDENCE)))
    evidence[:, 0] = 0.5 + 0.5 * quality + rng.normal(0, 0.02, 300)
    model = Confidence.fit(evidence, quality)
    found = np.array([model.expected_dice(row) for row in evidence])
    assert np.corrcoef(found, quality)[0, 1] > 0.95
    assert abs(found.mean() - quality.mean()) < 0.03


def test_what_is_stored_comes_back() -> None:
    rng = np.random.default_rng(1)
    model = Confidence.fit(rng.normal(size=(40, len(EVIDENCE))), rng.uniform(size=40))
    assert Confidence.from_dict(model.to_dict()) == model
    assert Confidence.from_dict(None) == Confidence.plain()


def test_evidence_of_another_version_is_not_trusted() -> None:
    stored = {**Confidence.plain().to_dict(), "evidence": ["something"]}
    assert Confidence.from_dict(stored) == Confidence.plain()
