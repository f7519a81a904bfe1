"""The mean of the weights of two maskers, of which one was trained on from the other.

    python benchmarks/blend.py FIRST SECOND --out DIR [--share 0.5] [--scales 1 --scales 1.2]

Settings and confidence are those of the first. What a further training learned and what it forgot
lie on one slope of the loss, so that between the two there are weights with some of both
(Wortsman et al., "Model soups", ICML 2022).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import lungseg


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", help="Name or folder of weights.")
    parser.add_argument("second")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.5, help="Of the second.")
    parser.add_argument("--scales", type=float, action="append", help="In place of the first's.")
    given = parser.parse_args()
    first, second = (
        lungseg.LungMasker.from_pretrained(name) for name in (given.first, given.second)
    )
    pairs = zip(first.model_.get_weights(), second.model_.get_weights(), strict=True)
    first.model_.set_weights([(1 - given.share) * a + given.share * b for a, b in pairs])
    if given.scales:
        first.set_params(scales=tuple(given.scales))
    # In half precision the export is made anew, and not the first's that is kept.
    print(f"written to {first.save(given.out, precision='half')}")


if __name__ == "__main__":
    main()
