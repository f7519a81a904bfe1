from __future__ import annotations

import numpy as np
import pytest
from lungseg.pipeline.gate import judge


@pytest.mark.parametrize("classes", [2, 3])
def test_a_pipeline_that_got_worse_is_not_kept(classes) -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(60) % classes
    good = np.eye(classes)[truth] + rng.normal(0, 0.3, (60, classes))
    bad = rng.random((60, classes))
    groups = np.arange(60) // 2
    worse, better = judge(truth, good, bad, groups), judge(truth, bad, good, groups)
    assert worse.kept == "base"
    assert worse.difference.high < 0
    assert better.kept == "tuned"
    assert "better" in str(better)
    assert judge(truth, good, good, groups).kept == "base"


def test_few_scans_are_never_compared() -> None:
    verdict = judge([0, 1], [[1, 0], [0, 1]], [[0, 1], [1, 0]], [1, 2])
    assert verdict.kept == "tuned"
    assert "too few" in verdict.reason
    assert verdict.to_dict()["difference"] is None
