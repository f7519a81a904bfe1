"""Make docs/reproduction.md: each of the five systems, as published and as its recipe does here.

python benchmarks/reproduction.py --data DATA --out OUT [--folds 2] [--epochs 6] [--size 128]
    [--page FILE] [--cluster ADDRESS] [--so-far]

What was done is kept in OUT, and a second call does only what is missing. Of covid_ct the
official test split is left out: a comparison of recipes is no use for it.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lungseg.pipeline.recipe import load_recipe

from lungseg.cluster import Outcome
from lungseg.compare import Plan, compare, conclude
from lungseg.compare.page import estimate_text, figure_name
from lungseg.io.atomic import atomic_path


@dataclass(frozen=True)
class Part:
    """Recipes that are measured on the same data."""

    name: str
    title: str
    manifest: str
    recipes: tuple[str, ...]
    figures: tuple[str, ...]
    settings: dict[str, Any]


PARTS = (
    Part(
        "classifiers",
        "Classification: S0, S1, S2 and S3's second task, on covid_ct",
        "covid_ct/manifest.csv",
        (
            "whole",
            "multiply",
            "s2-fixed",
            "s2-bcdunet-efficientnetb0",
            "s1-halves",
            "s3-slices",
            "s0-simple",
            "s0-simple@nobackg",
            "s0-simple@crop",
            "s0-tiny",
            "s0-small",
            "s0-largew",
            "s0-larget",
            "s0-resnet50",
            "s0-b3-imagenet",
            "s0-b3",
        ),
        ("roc_auc", "f1", "weighted_f1", "accuracy"),
        {"label_column": "class", "positive": "COVID"},
    ),
    Part(
        "infection",
        "Infection: S3's first task and S4, on the expert slices of covid_semiseg",
        "covid_semiseg/manifest.csv",
        # Batches of 32 would make a dozen steps of what a CPU can be shown.
        ("s3-infection+batch_size=8", "s4-mobilenetv2+batch_size=8"),
        ("dice", "iou", "precision", "recall"),
        {"every": 6},
    ),
    Part(
        "lungs",
        "Lungs: S3's third task, on kmader_lungs",
        "kmader_lungs/manifest.csv",
        ("s3-lungs+batch_size=8",),
        ("dice", "iou", "precision", "recall"),
        {},
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--page", type=Path, default=Path("docs/reproduction.md"))
    parser.add_argument("--cluster")
    parser.add_argument("--so-far", action="store_true", help="train nothing more")
    given = parser.parse_args()
    tables = []
    for part in PARTS:
        limits = {"folds": given.folds, "epochs": given.epochs, "size": given.size}
        plan = Plan(given.data / part.manifest, **limits, **part.settings)
        folder = given.out / part.name
        if given.so_far:
            result = conclude(plan, part.recipes, folder)
        else:
            result = compare(plan, part.recipes, folder, address=given.cluster, report=_say)
        tables.append(_table(part, result))
    page = _PAGE.format(tables="\n\n".join(tables), **vars(given))
    with atomic_path(given.page) as path:
        path.write_text(page, "utf-8")


def _say(outcome: Outcome, left: int) -> None:
    print(f"{outcome.key}: {outcome.error or 'done'}; {left} left", flush=True)


def _table(part: Part, result: dict[str, Any]) -> str:
    names = [figure_name(name) for name in part.figures]
    lines = [
        f"## {part.title}",
        "",
        f"{result['rows']} scans of {result['patients']} patients.",
        "",
        f"| recipe | published | on | {' | '.join(f'{name} here' for name in names)} | minutes |",
        f"|---|---|---|{'---|' * (len(names) + 1)}",
    ]
    for recipe, row in result["recipes"].items():
        published = load_recipe(recipe).published
        shown, data = "–", "–"
        if published is not None:
            shown = ", ".join(f"{name} {value:.3f}" for name, value in published.figures.items())
            data = published.data
        cells = [estimate_text(row["figures"].get(name)) for name in part.figures]
        minutes = f"{row['cost']['seconds'] / 60:.1f}" if row["figures"] else "–"
        lines.append(f"| `{recipe}` | {shown} | {data} | {' | '.join(cells)} | {minutes} |")
    return "\n".join(lines)


_PAGE = """# The five systems, reproduced

What each of the five systems published, beside what its recipe reaches here. Every row is one
recipe of `pipeline/recipes/`, trained and tested by `lungseg.compare`: {folds} folds by patient,
at most {epochs} epochs (and as many of the head alone before them, where the recipe asks for it),
inputs of at most {size} px a side (or the smallest that a network takes), one seed. That is what
a CPU allows in some hours, and a small part of what the systems were trained: the order of the
rows says more than their height, and neither says what a recipe reaches when it is trained to its
end. No weights of ImageNet are used: recipes that ask for them start from random ones where they
cannot be had. Intervals are 95 %, from a bootstrap over patients; minutes are those of one
training and its test, on one or two cores of a busy machine; a row of dashes has not been run to
its end yet. Of covid_ct the official test split is left out.

<!-- not run: it trains for hours -->

```sh
python benchmarks/reproduction.py --data $DATA --out runs/reproduction --folds {folds} \\
    --epochs {epochs} --size {size}
```

A call that was cut off is taken up where it ended; the pages of `lungseg compare` beside it, with
curves and Grad-CAM, are in `runs/reproduction/*/comparison.html`.

{tables}

## Why the two columns differ

- **Other data.** S0 was measured on CT-COV19 (three classes, 1,341 slices), S3 and S4 on 20 volumes
  that cannot be had here; S1 and S2 on slices of COVID-CT, of which these are most.
- **Patients on both sides.** S1 and S3 split slices and not patients: neighbouring slices of one
  patient, or two halves of one picture, are nearly the same picture. Here every scan is tested by
  networks that have not seen its patient.
- **The test chose.** S0's and S2's best epoch was picked on the pictures that were then reported,
  S0's best of twenty configurations as well; S3's threshold was chosen where it was scored. Here
  the epoch and the threshold come from patients of the training side.
- **Figures that were something else.** S2's "ROC AUC" was computed from labels, S3's figures from
  probabilities cast to integers, S4's accuracy counts the background; S0's AUC is a micro average
  of raw logits.
- **Less training.** {epochs} epochs in place of 20 to 80, inputs of {size} px in place of 224 to
  512, and no ImageNet.
"""

if __name__ == "__main__":
    main()
