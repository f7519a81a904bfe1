"""How often the prediction sets of a calibrated pipeline keep their promise, and at what price.

    python benchmarks/promise.py [--pipeline covid-ct] [--coverage .9] [--patients 20 50 100 150]

The scores from which a pipeline makes its sets, one for each calibration patient of a class, stand
for all patients there are. As many as are asked for are drawn of them again and again, and it is
counted how often sets that are calibrated on those alone hold the truth in as many cases as was
promised. No data are needed.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

import lungseg
from lungseg.evaluation.conformal import Conformal

#: Draws of calibration patients.
DRAWS = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pipeline", help="Name or folder; the default without.")
    parser.add_argument("--coverage", type=float, default=0.9)
    parser.add_argument("--patients", type=int, nargs="*", default=[20, 50, 100, 150])
    given = parser.parse_args()
    pipeline = lungseg.Pipeline.from_pretrained(given.pipeline)
    conformal = pipeline.classifier_.conformal_
    if conformal is None:
        raise SystemExit("this pipeline was never calibrated")
    result: list[dict[str, Any]] = []
    for name, scores in zip(pipeline.classes_.tolist(), conformal.scores, strict=True):
        for patients in given.patients:
            for confidence in (None, 0.95):
                held = coverages(np.array(scores), patients, given.coverage, confidence)
                result.append(
                    {
                        "class": name,
                        "patients": patients,
                        "confidence": confidence,
                        "promise kept": round(float((held >= given.coverage).mean()), 3),
                        "mean coverage": round(float(held.mean()), 3),
                    }
                )
    print(json.dumps(result, indent=2))


def coverages(
    scores: NDArray[np.float64], patients: int, coverage: float, confidence: float | None
) -> NDArray[np.float64]:
    """Share of all patients whose truth is held, for each draw of calibration patients."""
    rng = np.random.default_rng(0)
    # Among scores that are equal nothing could be told apart: spread them a little.
    every = scores + rng.uniform(0, 1e-5, len(scores))
    held = []
    for _ in range(DRAWS):
        drawn = np.sort(rng.choice(every, patients))
        model = Conformal((tuple(drawn.tolist()),))
        held.append(model.sets(1 - every[:, None], coverage, confidence).mean())
    return np.array(held)


if __name__ == "__main__":
    main()
